// Processor seconds of three engines against purchase lines, from the points that lesson 2.2 verified: straight lines between measured
// points, and beyond the largest the last straight line goes on, marked as extrapolated.
// data: {points: {engine: [[million lines, processor seconds, GB]]}, colors: {engine: palette name}}
(values, data) => {
  const names = Object.keys(data.points);
  const measured = data.points[names[0]].map((p) => p[0]);
  const largest = measured[measured.length - 1];
  const at = (name, lines, column) => {
    const points = data.points[name];
    let i = 1;
    while (i < points.length - 1 && points[i][0] < lines) i += 1;
    const [low, high] = [points[i - 1], points[i]];
    return low[column] + ((high[column] - low[column]) * (lines - low[0])) / (high[0] - low[0]);
  };
  const near = measured.find((x) => Math.abs(x - values.lines) < 0.5);
  const now = near === undefined ? values.lines : near; // at a measured size, the measured figures
  const fits = (name, lines) => at(name, lines, 2) <= values.memory;
  const end = Math.max(values.lines, largest) * 1.1;
  const steps = [...Array(80).keys()].map((i) => measured[0] + ((end - measured[0]) * i) / 79);
  const line = (name) => steps.filter((x) => fits(name, x)).map((x) => [x, at(name, x, 1)]);
  const shown = names.filter((name) => line(name).length > 1);
  const number = (v) => (v < 10 ? v.toFixed(1) : Math.round(v).toLocaleString("en-US"));
  const say = (name) => {
    const needs = `${number(at(name, now, 1))} processor seconds and ${number(at(name, now, 2))} GB`;
    return fits(name, now) ? `${name} ${needs}` : `${name} ${needs}, more than there is`;
  };
  const kind = values.lines > largest + 0.5 ? "Extrapolated" : near !== undefined ? "Measured" : "Interpolated";
  const top = Math.max(1, ...shown.flatMap((name) => line(name).map((p) => p[1])));
  return {
    x: { label: "million purchase lines", low: 0, high: end },
    y: { label: "processor seconds", low: 0, high: top * 1.15 },
    lines: shown.map((name) => ({ label: name, color: data.colors[name], points: line(name) })),
    bands: end > largest * 1.2 ? [{ from: largest, to: end, label: "extrapolated" }] : [],
    marks: names.filter((name) => fits(name, now)).map((name) => ({ x: now, y: at(name, now, 1), label: "" })),
    text: `${kind}, ${values.lines} million lines on a machine with ${values.memory} GB: ${names.map(say).join("; ")}.`,
  };
}
