// The fleet and the queue, energy, and evictions, over time.
const capacity = report.runs[0].capacity;
const courses = rowsBy("course", "policy");
const memberRows = rowsBy("members", "policy");

/** The mean of a column over time. */
function meanOf(bins, column) {
  const length = d3.sum(bins, (row) => row.length);
  return length ? d3.sum(bins, (row) => row[column] * row.length) / length : 0;
}

/** Panels above each other on one time axis; each draws into the space that it is given. */
function panels(parent, width, title, list, lines) {
  const left = isWide() ? 58 : 48;
  const right = width - 8;
  const height = d3.sum(list, (panel) => panel.height + 34) + 20;
  const svg = drawing(parent, width, height, title);
  const x = timeScale(left, right);
  let top = 26;
  for (const panel of list) {
    const bottom = top + panel.height;
    const y = d3.scaleLinear([0, panel.most || 1], [bottom, top]).nice(panel.most ? 4 : undefined);
    if (panel.exact) y.domain([0, panel.most]);
    valueAxis(svg, y, left, right, panel.format);
    svg.append("text").attr("class", "head").attr("x", 0).attr("y", top - 12).text(panel.name);
    panel.draw(svg, x, y);
    svg.append("line").attr("class", "zero").attr("x1", left).attr("x2", right)
      .attr("y1", bottom).attr("y2", bottom);
    arrivalMark(svg, x, top, bottom);
    top = bottom + 34;
  }
  timeAxis(svg, x, top - 34);
  pointable(svg, x, 26, top - 34, lines);
}

/** What is held, by member, stacked; as parts of the fleet. */
function drawStack(svg, x, y) {
  const policy = policies[0];
  const bins = courses.get(policy);
  const byMember = rowsBy("members", "member", memberRows.get(policy) || []);
  if (byMember.size < 1) {
    stepArea(svg, bins, x, y, () => 0, (row) => row.held / capacity, color(1));
  } else {
    const base = bins.map(() => 0);
    for (const [member, list] of byMember) {
      const low = base.slice();
      list.forEach((row, index) => { base[index] += row.held / capacity; });
      const high = base.slice();
      stepArea(svg, list, x, y, (_, i) => low[i], (_, i) => high[i], memberColor(member));
    }
  }
  if (d3.max(bins, (row) => row["out of service"]) > 0) {
    stepArea(svg, bins, x, y, (row) => 1 - row["out of service"] / capacity, () => 1,
      "var(--rule)");
  }
}

function coursePanels() {
  const asked = "asked for by waiting jobs";
  const lineFor = (column, scale = 1) => (svg, x, y) => {
    for (const [policy, bins] of courses) {
      if (isOne) stepArea(svg, bins, x, y, () => 0, (row) => row[column] / scale, "var(--c0)");
      else stepLine(svg, bins, x, y, (row) => row[column] / scale, policyColor(policy));
    }
  };
  const most = (column) => d3.max(rows("course"), (row) => row[column]);
  return [
    { name: "Held, part of the fleet", height: 170, most: 1, exact: true,
      format: (value) => `${Math.round(100 * value)} %`,
      draw: isOne ? drawStack : lineFor("held", capacity) },
    { name: "Accelerators that waiting jobs ask for", height: 90, most: most(asked),
      format: short, draw: lineFor(asked) },
    { name: "Waiting jobs", height: 70, most: most("waiting"), format: short,
      draw: lineFor("waiting") },
  ];
}

function courseTip(at) {
  return policies.flatMap((policy) => {
    const bin = binAt(courses.get(policy), at);
    if (!bin) return [{ name: `${policy}:`, value: "over", color: policyColor(policy) }];
    const held = percent(bin.held / capacity);
    const waiting = `${number(bin.waiting)} jobs wait`;
    if (!isOne) {
      return [{ name: policy, value: `${held}, ${waiting}`, color: policyColor(policy) }];
    }
    const byMember = rowsBy("members", "member", memberRows.get(policy) || []);
    return [{ name: "held", value: held }, { name: "", value: waiting },
      ...Array.from(byMember, ([name, list]) => ({
        name, value: number(binAt(list, at).held), color: memberColor(name) }))];
  });
}

function courseLead() {
  return policies.map((policy) => {
    const bins = courses.get(policy);
    const most = d3.max(bins, (row) => row.waiting);
    const start = isOne ? "On average" : `${policy}:`;
    return `${start} ${percent(meanOf(bins, "held") / capacity)} of the fleet was held`
      + ` and ${number(meanOf(bins, "waiting"))} jobs waited, at most ${number(most)}.`;
  }).join("\n") + (shownEnd < lastEnd
    ? `\nDrawings over time end when little is left to do; the last job ends ${moment(lastEnd)}.`
    : "");
}

function drawCourse(plot, width) {
  panels(plot, width, "The fleet and the queue over time", coursePanels(), courseTip);
  const names = isOne ? memberNames(policies[0]) : policies;
  const entries = names.map((name) => ({
    name, color: isOne ? memberColor(name) : policyColor(name), kind: isOne ? null : "line" }));
  const tail = { name: "dashed: the last job comes", color: "var(--soft)", kind: "line" };
  if (hasTail) entries.push(tail);
  legend(plot, entries);
}

const memberNames = (policy) =>
  Array.from(rowsBy("members", "member", memberRows.get(policy) || []).keys());

// MARK: Energy

const energyRows = rowsBy("energy", "policy");

function drawEnergy(plot, width) {
  const lines = [];
  for (const [policy, list] of energyRows) {
    for (const [site, bins] of rowsBy("energy", "site", list)) lines.push({ policy, site, bins });
  }
  const sites = Array.from(new Set(lines.map((line) => line.site)));
  const tint = (line) => (isOne ? color(sites.indexOf(line.site) + 1) : policyColor(line.policy));
  const name = (line) => (isOne ? line.site : sites.length > 1
    ? `${line.policy}, ${line.site}` : line.policy);
  const most = d3.max(rows("energy"), (row) => row.drawn);
  const [scale, unit] = most < 1000 ? [1, "kW"] : [1000, "MW"];
  const panel = (column, by) => (svg, x, y) => {
    for (const line of lines) {
      const drawn = (row) => row[column] / by(row);
      if (isOne && sites.length === 1) {
        stepArea(svg, line.bins, x, y, () => 0, drawn, tint(line)).attr("opacity", .25);
      }
      stepLine(svg, line.bins, x, y, drawn, tint(line))
        .attr("stroke-dasharray", isOne || sites.indexOf(line.site) < 1 ? null : "4 2");
    }
  };
  // What was counted in a bin, by the hour: bins of two policies may differ in length.
  const hours = (row) => row.length / 3600;
  const hourly = (column) => d3.max(rows("energy"), (row) => row[column] / hours(row));
  const list = [{ name: `Drawn, ${unit}`, height: 150, most: most / scale, format: short,
    draw: panel("drawn", () => scale) }];
  for (const [column, words] of [["cost", "Cost, money an hour"],
    ["carbon", "Carbon dioxide, kg an hour"]]) {
    if (hourly(column) > 0) {
      list.push({ name: words, height: 90, most: hourly(column), format: short,
        draw: panel(column, hours) });
    }
  }
  panels(plot, width, "What jobs drew over time", list,
    (at) => lines.map((line) => ({ name: name(line), color: tint(line),
      value: binAt(line.bins, at) ? energyWords(binAt(line.bins, at)) : "over" })));
  legend(plot, lines.map((line) => ({ name: name(line), color: tint(line), kind: "line" })));
}

/** What a bin of a site says: what it draws, costs and emits, as far as that is known. */
function energyWords(row) {
  const hourly = (column) => row[column] / (row.length / 3600);
  const words = [`${number(row.drawn)} kW`];
  if (row.cost > 0) words.push(`${number(hourly("cost"))} an hour`);
  if (row.carbon > 0) words.push(`${number(hourly("carbon"))} kg CO₂ an hour`);
  return words.join(", ");
}

function energyLead() {
  return Array.from(energyRows, ([policy, list]) => {
    const energy = `${number(d3.sum(list, (row) => row.energy) / 1000)} MWh`;
    const sums = [["cost", "at a cost of", ""], ["carbon", "with", " kg of carbon dioxide"]]
      .map(([column, word, unit]) => [d3.sum(list, (row) => row[column]), word, unit])
      .filter(([sum]) => sum > 0).map(([sum, word, unit]) => ` ${word} ${number(sum)}${unit}`);
    const words = energy + sums.join(",");
    return isOne ? `Jobs took ${words}, as the policy reckons power.` : `${policy}: ${words}.`;
  }).join("\n");
}

// MARK: Evictions

const losses = [["evicted", 6, "evicted for others"], ["shrunk", 2, "gave up members"],
  ["lost with a node", 4, "lost with a node"]];

/** Rows put together into bars of one width for all policies, of which the longest has so many. */
function bars(most) {
  const all = Array.from(courses.values());
  const origin = d3.min(all, (bins) => bins[0].start);
  const end = d3.max(all, (bins) => bins.at(-1).start + bins.at(-1).length);
  const finest = d3.max(all, (bins) => bins[0].length);
  const width = finest * Math.max(1, Math.ceil((end - origin) / most / finest));
  return new Map(Array.from(courses, ([policy, bins]) => {
    const place = (row) => Math.floor((row.start + row.length / 2 - origin) / width);
    const list = d3.range(place(bins.at(-1)) + 1).map((index) => {
      const sum = { start: origin + index * width, length: width };
      for (const [column] of losses) sum[column] = 0;
      return sum;
    });
    for (const row of bins) {
      for (const [column] of losses) list[place(row)][column] += row[column];
    }
    return [policy, list];
  }));
}

const lossOf = (row) => d3.sum(losses, ([column]) => row[column]);

function drawEvictions(plot, width) {
  const drawn = bars(64);
  const kinds = losses.filter(([column]) => d3.sum(rows("course"), (row) => row[column]) > 0);
  const draw = (svg, x, y) => {
    if (!isOne) {
      for (const [policy, list] of drawn) {
        stepLine(svg, list, x, y, lossOf, policyColor(policy));
      }
      return;
    }
    for (const row of drawn.get(policies[0])) {
      let sum = 0;
      for (const [column, tint] of kinds) {
        if (row[column] > 0) {
          svg.append("rect").attr("x", x(row.start)).attr("y", y(sum + row[column]))
            .attr("width", Math.max(1, x(row.start + row.length) - x(row.start) - 1))
            .attr("height", y(sum) - y(sum + row[column])).style("fill", color(tint));
        }
        sum += row[column];
      }
    }
  };
  const most = d3.max(Array.from(drawn.values()).flat(), lossOf);
  panels(plot, width, "Jobs that had to go, over time",
    [{ name: `Jobs in ${span(drawn.get(policies[0])[0].length)}`, height: 110, most,
      format: short, draw }],
    (at) => Array.from(drawn, ([policy, list]) => ({
      name: isOne ? "jobs" : policy, color: isOne ? null : policyColor(policy),
      value: number(binAt(list, at) ? lossOf(binAt(list, at)) : 0) })));
  legend(plot, isOne ? kinds.map(([, tint, name]) => ({ name, color: color(tint) }))
    : policies.map((name) => ({ name, color: policyColor(name), kind: "line" })));
}

function evictionsLead() {
  return policies.map((policy) => {
    const parts = losses.map(([column, , name]) =>
      [d3.sum(courses.get(policy), (row) => row[column]), name]).filter(([count]) => count > 0)
      .map(([count, name]) => `${number(count)} ${name}`);
    const text = parts.length ? parts.join(", ") : "nothing had to go";
    return isOne ? `Jobs: ${text}.` : `${policy}: ${text}.`;
  }).join("\n");
}
