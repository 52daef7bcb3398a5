import Foundation
import Testing

/// A page shown by a real browser, at two widths and in two colours, and what is wrong with it.
struct ReportProbe {
  /// One figure as it was drawn.
  struct Figure: Decodable {
    var id: String
    /// Lines, areas, boxes and dots that can be seen; of a picture, its different colours.
    var marks: Int
  }

  /// One width in one colour.
  struct View: Decodable {
    var width: Int
    var theme: String
    var figures: [Figure]
    /// Whether the page is wider than its window.
    var scrolls: Bool
    /// Texts and plots that lie on each other, or out of their place.
    var faults: [String]
    /// The page's background.
    var ground: String
    /// What stands above the figures.
    var leads: [String]
  }

  /// By width and colour.
  let views: [View]

  /// What the page complained of.
  let complaints: [String]

  /// Where the browser is, if it is anywhere.
  static let browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Whether reports can be made and shown here.
  static let isPossible =
    browser != nil && FileManager.default.fileExists(atPath: "/usr/share/nodejs/d3/dist/d3.min.js")

  /// Shows a page four times at once, and looks at it from outside.
  init(page: String, in folder: TemporaryFolder) throws {
    let wrapper = folder / "probe.html"
    try Self.wrapper(page).write(toFile: wrapper, atomically: true, encoding: .utf8)
    let (output, errors) = (folder / "dom", folder / "console")
    for path in [output, errors] {
      try #require(FileManager.default.createFile(atPath: path, contents: nil))
    }
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.browser))
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
      "--user-data-dir=\(folder / "profile")", "--window-size=1800,1000",
      "--virtual-time-budget=20000", "--dump-dom", wrapper,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    try process.run()
    process.waitUntilExit()
    let dom = try String(contentsOfFile: output, encoding: .utf8)
    let console = try String(contentsOfFile: errors, encoding: .utf8)
    let found = try #require(
      dom.firstMatch(of: /PROBE:([0-9a-f]*):END/), "the browser shows nothing: \(console)")
    views = try JSONDecoder().decode([View].self, from: Self.bytes(hex: found.1))
    complaints = console.split(separator: "\n").filter { $0.contains("CONSOLE") }.map(String.init)
  }

  private static func bytes(hex: Substring) -> Data {
    var bytes: [UInt8] = []
    var rest = hex
    while let byte = UInt8(rest.prefix(2), radix: 16) {
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return Data(bytes)
  }

  /// A page with the report in frames; as `srcdoc`, so that this page may look into them.
  private static func wrapper(_ page: String) -> String {
    let document = page.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
    let frames = [1280, 390].flatMap { width in
      ["light", "dark"].map { theme in
        """
        <iframe data-theme="\(theme)" style="width:\(width)px;height:900px;border:0"
          srcdoc="\(document)"></iframe>
        """
      }
    }
    return """
      <!DOCTYPE html><meta charset="utf-8"><body>\(frames.joined())
      <script>\(script)</script></body>
      """
  }

  private static let script = #"""
    const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1
      || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
    const seen = (box) => box.width > 0 || box.height > 0;

    function colours(canvas) {
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      const found = new Set();
      for (let at = 0; at < data.length; at += 4 * 97) {
        found.add(data[at] + 256 * data[at + 1] + 65536 * data[at + 2]);
      }
      return found.size;
    }

    function look(frame) {
      const page = frame.contentDocument;
      const width = page.documentElement.clientWidth;
      const faults = [];
      const figures = [...page.querySelectorAll("figure")].map((figure) => {
        const shapes = [...figure.querySelectorAll(
          "path, rect:not([fill=transparent]), circle, line:not(.zero):not(.mark)")]
          .filter((shape) => !shape.closest(".axis") && !shape.matches(".cross"))
          .filter((shape) => seen(shape.getBoundingClientRect()));
        for (const shape of figure.querySelectorAll("svg *")) {
          for (const attribute of shape.attributes) {
            if (/NaN|undefined|Infinity/.test(attribute.value)) {
              faults.push(`${figure.id}: ${shape.tagName} has ${attribute.name} without a number`);
            }
          }
        }
        for (const svg of figure.querySelectorAll("svg")) faults.push(...texts(svg, figure.id));
        const pictures = [...figure.querySelectorAll("canvas")].map(colours);
        return { id: figure.id, marks: shapes.length + pictures.reduce((a, b) => a + b, 0) };
      });
      const plots = [...page.querySelectorAll("svg")];
      const cards = [...page.querySelectorAll(".card")];
      for (const group of [plots, cards]) {
        group.forEach((one, index) => group.slice(index + 1).forEach((other) => {
          if (!apart(one.getBoundingClientRect(), other.getBoundingClientRect())) {
            faults.push(`${one.getAttribute("aria-label") || one.id} lies on another`);
          }
        }));
      }
      for (const element of page.querySelectorAll("h1, h2, h3, p, dd, dt, li, svg, summary")) {
        const box = element.getBoundingClientRect();
        if (seen(box) && !element.closest(".wide") && box.right > width + 1) {
          faults.push(`${element.tagName} ${element.textContent.slice(0, 40)} is cut off`);
        }
      }
      const ground = getComputedStyle(page.body).backgroundColor;
      const leads = [...page.querySelectorAll("figure .lead")].map((lead) => lead.textContent);
      return { width, theme: page.documentElement.dataset.theme, figures, faults, ground, leads,
        scrolls: page.documentElement.scrollWidth > width };
    }

    function texts(svg, id) {
      const frame = svg.getBoundingClientRect();
      const boxes = [...svg.querySelectorAll("text")]
        .map((text) => [text.textContent, text.getBoundingClientRect()])
        .filter(([, box]) => seen(box));
      const faults = boxes.filter(([, box]) => box.left < frame.left - 1
        || box.right > frame.right + 1 || box.top < frame.top - 3 || box.bottom > frame.bottom + 3)
        .map(([text]) => `${id}: "${text}" reaches out of its plot`);
      boxes.forEach(([text, box], index) => boxes.slice(index + 1).forEach(([other, its]) => {
        if (!apart(box, its)) faults.push(`${id}: "${text}" lies on "${other}"`);
      }));
      return faults;
    }

    addEventListener("load", () => {
      const frames = [...document.querySelectorAll("iframe")];
      for (const frame of frames) {
        const page = frame.contentDocument;
        const isOther = page.documentElement.dataset.theme !== frame.dataset.theme;
        if (isOther) page.getElementById("theme").click();
        page.querySelectorAll(".choice button:last-child").forEach((button) => button.click());
      }
      setTimeout(() => {
        const text = JSON.stringify(frames.map(look));
        const hex = [...new TextEncoder().encode(text)]
          .map((byte) => byte.toString(16).padStart(2, "0")).join("");
        document.body.textContent = `PROBE:${hex}:END`;
      }, 500);
    });
    """#
}
