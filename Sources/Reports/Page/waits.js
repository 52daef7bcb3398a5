// How long jobs waited, as boxes, and who gains and loses from a policy.
const waitTicks = [0, 10, 60, 600, 3600, 21600, 86400, 604800, 2592000, 31536000];
const waitRows = rowsBy("waits", "by");
const waitTitles = { size: "By accelerators asked for", member: "By member", mode: "By mode" };

function waitScale(most, left, right) {
  return d3.scaleSymlog([0, Math.max(most, 60)], [left, right]).constant(5);
}

function waitAxis(svg, x, top, bottom) {
  const axis = svg.append("g").attr("class", "axis");
  let free = -Infinity;
  for (const value of waitTicks.filter((tick) => tick <= x.domain()[1])) {
    axis.append("line").attr("x1", x(value)).attr("x2", x(value)).attr("y1", top)
      .attr("y2", bottom);
    const label = axis.append("text").attr("x", x(value)).attr("y", bottom + 16)
      .attr("text-anchor", "middle").text(value ? span(value) : "0");
    const half = label.node().getComputedTextLength() / 2;
    if (x(value) - half < free + 8) label.remove();
    else free = x(value) + half;
  }
}

function drawBox(svg, row, x, y, height, tint) {
  const middle = y + height / 2;
  const line = (from, to, wide) => svg.append("line").attr("x1", x(from)).attr("x2", x(to))
    .attr("y1", middle).attr("y2", middle).style("stroke", tint).attr("stroke-width", wide);
  line(row.p10, row.p90, 1.5);
  svg.append("rect").attr("x", x(row.p25)).attr("y", y + 1).attr("rx", 2)
    .attr("width", Math.max(2, x(row.p75) - x(row.p25))).attr("height", height - 2)
    .style("fill", tint).attr("opacity", .55);
  svg.append("line").attr("x1", x(row.p50)).attr("x2", x(row.p50)).attr("y1", y - 1)
    .attr("y2", y + height + 1).style("stroke", "var(--ink)").attr("stroke-width", 2);
  svg.append("circle").attr("cx", x(row.p99)).attr("cy", middle)
    .attr("r", Math.min(4, height / 2 - 1)).style("fill", "var(--card)").style("stroke", tint)
    .attr("stroke-width", 1.5);
}

function waitTip(svg, row, y, height, width) {
  const area = svg.append("rect").attr("x", 0).attr("y", y).attr("width", width)
    .attr("height", height).attr("fill", "transparent");
  area.node().addEventListener("pointermove", (event) => showTip(event,
    `${row.group}, ${number(row.jobs)} jobs${isOne ? "" : `, ${row.policy}`}`,
    ["mean", "p10", "p25", "p50", "p75", "p90", "p99"].map((name) => ({
      name, value: span(row[name]) }))));
  area.node().addEventListener("pointerleave", hideTip);
}

function drawWaits(plot) {
  for (const [by, list] of waitRows) {
    const box = d3.select(plot).append("div");
    box.append("h3").text(waitTitles[by]);
    const width = box.node().clientWidth;
    const groups = rowsBy("waits", "group", list);
    const height = isOne ? 16 : 12;
    const rowHeight = height * policies.length + 12;
    const [left, top] = [isWide() ? 120 : 74, 6];
    const bottom = top + rowHeight * groups.size;
    const svg = drawing(box.node(), width, bottom + 22, `How long jobs waited: ${waitTitles[by]}`);
    const x = waitScale(d3.max(rows("waits"), (row) => row.p99), left, width - 24);
    waitAxis(svg, x, top, bottom);
    Array.from(groups).forEach(([group, boxes], index) => {
      const y = top + index * rowHeight + 6;
      fitText(svg.append("text").attr("class", "name").attr("x", left - 10).text(group)
        .attr("y", y + (rowHeight - 12) / 2 + 4).attr("text-anchor", "end"), left - 12);
      for (const row of boxes) {
        const place = y + height * policies.indexOf(row.policy);
        const tint = !isOne ? policyColor(row.policy)
          : by === "member" ? memberColor(row.group) : color(1);
        drawBox(svg, row, x, place + 1, height - 2, tint);
        waitTip(svg, row, place, height, width);
      }
    });
  }
  const note = d3.select(plot).append("p").attr("class", "note");
  note.text("Line: 10 to 90 in a hundred jobs. Box: 25 to 75. Stroke: the median. Ring: 99.");
  if (!isOne) legend(plot, policies.map((name) => ({ name, color: policyColor(name) })));
}

function waitsLead() {
  return policies.map((policy) => {
    const sizes = (waitRows.get("size") || []).filter((row) => row.policy === policy);
    if (!sizes.length) return "";
    // Where half of all jobs start at once, what the slowest tenth or hundredth waits tells more.
    const [column, part] = [["p50", "half"], ["p90", "one in ten"], ["p99", "one in a hundred"]]
      .find(([name]) => sizes.some((row) => row[name] > 0)) || [];
    if (!column) return isOne ? "Hardly any job waits." : `${policy}: hardly any job waits.`;
    const worst = sizes.slice().sort((a, b) => b[column] - a[column])[0];
    const text = `jobs of ${worst.group} wait longest, ${part} of them over ${span(worst[column])}`;
    return isOne ? `Of all sizes, ${text}.` : `${policy}: ${text}.`;
  }).join("\n");
}

// MARK: Who gains and who loses

const changeRows = rows("changes").filter((row) => row.change !== null);
const kinds = { all: "", member: "member ", mode: "mode ", size: "size " };

function drawChanges(plot, width) {
  const list = rowsBy("changes", "group", changeRows
    .filter((row) => row.figure === "mean_wait_s")
    .map((row) => ({ ...row, group: kinds[row.by] + row.group })));
  const others = policies.slice(1);
  const height = 13;
  const rowHeight = others.length * height + 10;
  const [left, right, top] = [isWide() ? 170 : 104, width - 20, 24];
  const bottom = top + rowHeight * list.size;
  const svg = drawing(plot, width, bottom + 24, "By how much mean waits change");
  const most = d3.max(Array.from(list.values()).flat(), (row) => Math.max(
    Math.abs(row.change), Math.abs(row["change at least"] || 0),
    Math.abs(row["change at most"] || 0))) || 1;
  const x = d3.scaleSymlog([-most, most], [left, right]).constant(most / 20);
  const middle = (left + right) / 2;
  svg.append("text").attr("class", "head").attr("x", middle - 14).attr("y", 12)
    .attr("text-anchor", "end").text("← waits less");
  svg.append("text").attr("class", "head").attr("x", middle + 14).attr("y", 12).text("more →");
  changeAxis(svg, x, most, top, bottom);
  svg.append("line").attr("class", "zero").attr("x1", x(0)).attr("x2", x(0)).attr("y1", top)
    .attr("y2", bottom);
  Array.from(list).forEach(([group, some], index) => {
    const y = top + index * rowHeight + 5;
    fitText(svg.append("text").attr("class", "name").attr("x", left - 10).text(group)
      .attr("y", y + (rowHeight - 10) / 2 + 4).attr("text-anchor", "end"), left - 12);
    for (const row of some) drawChange(svg, row, x, y + height * (others.indexOf(row.policy) + .5));
  });
  legend(plot, others.map((name) => ({ name, color: policyColor(name) })));
}

function changeAxis(svg, x, most, top, bottom) {
  const axis = svg.append("g").attr("class", "axis");
  const ticks = waitTicks.slice(1).filter((tick) => tick <= most);
  const [least, largest] = [ticks[Math.max(0, ticks.length - 2)], ticks[ticks.length - 1]];
  const shown = new Set([0, ...(largest ? [-largest, largest] : []),
    ...(isWide() && least ? [-least, least] : [])]);
  for (const value of shown) {
    axis.append("line").attr("x1", x(value)).attr("x2", x(value)).attr("y1", top)
      .attr("y2", bottom);
    axis.append("text").attr("x", x(value)).attr("y", bottom + 16).attr("text-anchor", "middle")
      .text(value > 0 ? `+${span(value)}` : value < 0 ? span(value) : "0");
  }
}

function drawChange(svg, row, x, y) {
  const tint = policyColor(row.policy);
  if (row["change at least"] !== null) {
    svg.append("line").attr("x1", x(row["change at least"])).attr("x2", x(row["change at most"]))
      .attr("y1", y).attr("y2", y).style("stroke", tint).attr("stroke-width", 3)
      .attr("opacity", .45);
  }
  const dot = svg.append("circle").attr("cx", x(row.change)).attr("cy", y).attr("r", 4.5)
    .style("fill", tint);
  dot.node().addEventListener("pointermove", (event) => showTip(event, row.group,
    [{ name: row.policy, value: `${span(row.change)} against ${policies[0]}`, color: tint }]));
  dot.node().addEventListener("pointerleave", hideTip);
}
