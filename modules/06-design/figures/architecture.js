// Dollars a month of four architectures against updates a day, and which is the cheapest that holds: the arithmetic of designs.py.
// data: {designs: {name: {kind, care_hours, build_hours, machines, start_minutes, unit_seconds, known_to}},
//        prices: {machine_hour, engineer_hour, life_months, care_each}, busy, colors: {name: palette name}, updates: [times a day]}
(values, data) => {
  const { designs, prices } = data, names = Object.keys(designs), month = 730;
  const households = values.households * 1000;
  const minutes = (d) => d.start_minutes + households * d.unit_seconds / d.machines / 60;
  const runs = (d, updates) => {
    const left = values.age - minutes(d) / 60;
    return left > 0 ? Math.max(updates, Math.ceil(24 / left)) : 0;
  };
  const engineers = (d) => Math.ceil(d.care_hours / prices.care_each);
  const cost = (d, updates) => {
    const people = d.care_hours + d.build_hours / prices.life_months;
    const busy = households * updates / 86400 * d.unit_seconds;
    const hours = d.kind === "batch"
      ? month / 24 * runs(d, updates) * minutes(d) / 60 * d.machines
      : month * Math.max(d.machines, Math.ceil(busy / data.busy) + 1);
    return hours * prices.machine_hour + people * prices.engineer_hour;
  };
  const problem = (d, updates) => {
    if (engineers(d) > values.engineers) return `needs ${engineers(d)} engineers`;
    if (households > d.known_to) return `nobody has seen it work beyond ${d.known_to.toLocaleString("en-US")} households`;
    if (d.kind !== "batch") return "";
    const often = runs(d, updates), took = minutes(d);
    if (!often) return `one run takes ${took.toFixed(1)} minutes`;
    return often * took > 1440 ? `${often} runs of ${Math.round(took)} minutes do not fit into a day` : "";
  };
  const best = (updates) => {
    const left = names.filter((name) => !problem(designs[name], updates));
    return left.length ? left.reduce((a, b) => (cost(designs[b], updates) < cost(designs[a], updates) ? b : a)) : "none holds";
  };
  const dollars = (v) => Math.round(v).toLocaleString("en-US") + " dollars";
  const bands = [];
  data.updates.forEach((x) => {
    const label = best(x), last = bands[bands.length - 1];
    if (last && last.label === label) last.to = x;
    else bands.push({ from: last ? last.to : x, to: x, label });
  });
  const holding = names.filter((name) => data.updates.some((x) => !problem(designs[name], x)));
  const lines = holding.map((name) => ({
    label: name, color: data.colors[name],
    points: data.updates.filter((x) => !problem(designs[name], x)).map((x) => [x, cost(designs[name], x)]),
  }));
  const at = values.updates, winner = best(at);
  const others = names.filter((name) => name !== winner).map((name) => {
    const why = problem(designs[name], at);
    return `${name}: ${why || dollars(cost(designs[name], at))}`;
  });
  const top = Math.max(1000, ...lines.flatMap((line) => line.points.map((p) => p[1])));
  const first = winner === "none holds" ? "No architecture holds" : `${winner}, ${dollars(cost(designs[winner], at))} a month, is the cheapest that holds`;
  return {
    x: { label: "times a day that every score is made again", low: data.updates[0], high: data.updates[data.updates.length - 1] },
    y: { label: "dollars a month", low: 0, high: top * 1.18 },
    lines,
    bands: bands.map((band) => ({ ...band, to: band.to - 1, label: band.to - band.from < 55 ? "" : band.label })),
    marks: winner === "none holds" ? [] : [{ x: at, y: cost(designs[winner], at), label: "" }],
    text: `${first[0].toUpperCase()}${first.slice(1)}. ${others.join("; ")}.`,
  };
}
