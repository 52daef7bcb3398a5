// Drawings over time, and the axes that all figures share.
function drawing(parent, width, height, title) {
  const svg = d3.select(parent).append("svg").attr("viewBox", `0 0 ${width} ${height}`)
    .attr("width", width).attr("height", height).attr("role", "img").attr("aria-label", title);
  svg.append("title").text(title);
  return svg;
}

const steps = [60, 120, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800,
  345600, 604800, 1209600, 2419200, 7257600, 14515200, 31536000];

/** Where the ticks of the time axis lie, and what they say. */
function timeTicks(from, to, width) {
  const most = Math.max(2, Math.floor(width / (isCalendar ? 90 : 62)));
  if (isCalendar) {
    const scale = d3.scaleUtc([new Date(1000 * from), new Date(1000 * to)], [0, width]);
    const format = scale.tickFormat(most);
    return scale.ticks(most).map((date) => [date / 1000, format(date)]);
  }
  const step = steps.find((size) => (to - from) / size <= most) || (to - from) / most;
  const unit = step >= 86400 ? ["day ", 86400] : step >= 3600 ? ["", 3600, " h"] : ["", 60, " min"];
  return d3.range(from, to + step / 2, step).filter((at) => at <= to)
    .map((at) => [at, `${unit[0]}${number((at - firstStart) / unit[1])}${unit[2] || ""}`]);
}

/**
 * Where drawings over time end: with the last job that comes, or once no run's jobs hold or wait
 * for a two-hundredth of the fleet any more. A job that waits for months squeezes nothing else.
 */
const shownEnd = (() => {
  const isMuch = (row) => 200 * Math.max(row.held, row["asked for by waiting jobs"])
    >= report.runs[0].capacity;
  const much = rows("course").filter(isMuch).map((row) => row.start + row.length);
  const end = Math.max(report.runs[0].last_arrival || firstStart, ...much);
  return lastEnd - end > (lastEnd - firstStart) / 3 && end > firstStart ? end : lastEnd;
})();

function timeScale(left, right) {
  return d3.scaleLinear([firstStart, shownEnd], [left, right]).clamp(true);
}

function timeAxis(svg, x, y) {
  const [left, right] = x.range();
  const axis = svg.append("g").attr("class", "axis");
  let free = -Infinity;
  for (const [at, text] of timeTicks(...x.domain(), right - left)) {
    const label = axis.append("text").attr("x", x(at)).attr("y", y + 16).text(text)
      .attr("text-anchor", "middle");
    const half = label.node().getComputedTextLength() / 2;
    const middle = Math.min(Math.max(x(at), left + half - 4), svg.attr("width") - half);
    if (middle - half < free + 8) label.remove();
    else {
      label.attr("x", middle);
      free = middle + half;
      axis.append("line").attr("x1", x(at)).attr("x2", x(at)).attr("y1", y).attr("y2", y + 4);
    }
  }
}

/** Lines across at round values, with what they say at the left. */
function valueAxis(svg, y, left, right, format, count = 4) {
  const axis = svg.append("g").attr("class", "axis");
  for (const value of y.ticks(count)) {
    axis.append("line").attr("x1", left).attr("x2", right)
      .attr("y1", y(value)).attr("y2", y(value));
    axis.append("text").attr("x", left - 7).attr("y", y(value) + 4).attr("text-anchor", "end")
      .text(format(value));
  }
}

// Whether there is something to see after the last job came.
const hasTail = report.runs[0].last_arrival !== null
  && shownEnd - report.runs[0].last_arrival > (shownEnd - firstStart) / 50;

/** A dashed line where the last job came, after which queues only empty. */
function arrivalMark(svg, x, top, bottom) {
  if (!hasTail) return;
  const at = x(report.runs[0].last_arrival);
  svg.append("line").attr("class", "mark").attr("x1", at).attr("x2", at)
    .attr("y1", top).attr("y2", bottom);
}

/** The steps of binned rows: a point where each bin begins, and one where the last ends. */
function stepPoints(bins, value) {
  const points = bins.map((row) => [row.start, value(row)]);
  const last = bins[bins.length - 1];
  points.push([last.start + last.length, value(last)]);
  return points;
}

function stepLine(svg, bins, x, y, value, stroke) {
  return svg.append("path").attr("fill", "none").style("stroke", stroke).attr("stroke-width", 1.6)
    .attr("stroke-linejoin", "round").attr("d", d3.line().curve(d3.curveStepAfter)
      .x((point) => x(point[0])).y((point) => y(point[1]))(stepPoints(bins, value)));
}

/** An area between two values of each bin. */
function stepArea(svg, bins, x, y, low, high, fill) {
  const points = bins.map((row, index) => [row.start, low(row, index), high(row, index)]);
  const last = points[points.length - 1];
  const end = bins[bins.length - 1];
  points.push([end.start + end.length, last[1], last[2]]);
  return svg.append("path").style("fill", fill).attr("d", d3.area().curve(d3.curveStepAfter)
    .x((point) => x(point[0])).y0((point) => y(point[1])).y1((point) => y(point[2]))(points));
}

/** Shows at what a time a pointer is, and what `lines` says of that time. */
function pointable(svg, x, top, bottom, lines) {
  const cross = svg.append("line").attr("class", "cross").attr("y1", top).attr("y2", bottom)
    .style("display", "none");
  const leave = () => {
    cross.style("display", "none");
    hideTip();
  };
  svg.node().addEventListener("pointermove", (event) => {
    const box = svg.node().getBoundingClientRect();
    const at = x.invert((event.clientX - box.left) * (svg.attr("width") / box.width));
    if (at < firstStart || at > shownEnd) return leave();
    cross.style("display", null).attr("x1", x(at)).attr("x2", x(at));
    showTip(event, moment(at), lines(at));
  });
  svg.node().addEventListener("pointerleave", leave);
}

/** The bin at a time; undefined where it is over by then. */
function binAt(bins, at) {
  const bin = bins[d3.bisector((row) => row.start).right(bins, at) - 1];
  return bin && at <= bin.start + bin.length ? bin : undefined;
}

/** Text cut with an ellipsis where it is longer than some pixels; of a path, the end is kept. */
function fitText(text, width) {
  const whole = text.text();
  const isPath = whole.includes("/");
  let length = whole.length;
  while (text.node().getComputedTextLength() > width && length > 1) {
    length -= 1;
    text.text(isPath ? `…${whole.slice(-length)}` : `${whole.slice(0, length)}…`);
  }
  if (length < whole.length) text.append("title").text(whole);
}
