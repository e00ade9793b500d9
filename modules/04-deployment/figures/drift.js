// Share of weeks that ring above each threshold, with and without drift, from the quiet weeks that lesson 4.2 resampled.
// data: {step: per cent of drift between tables, quantiles: {households: [[25 quantiles of the distance] for each drift]}}
(values, data) => {
  const tables = data.quantiles[String(values.size)];
  const share = (found, threshold) => {
    // how many of the weeks lie above the threshold: straight lines between the quantiles
    const last = found.length - 1;
    if (threshold < found[0]) return 1;
    for (let i = 0; i < last; i++) {
      if (threshold < found[i + 1]) return 1 - (i + (threshold - found[i]) / (found[i + 1] - found[i])) / last;
    }
    return 0;
  };
  const quiet = tables[0];
  const drifted = tables[Math.round(values.drift / data.step)];
  const grid = Array.from({ length: 61 }, (_, i) => i / 200);
  const line = (found) => grid.map((x) => [x, share(found, x)]);
  const falsely = share(quiet, values.threshold);
  const rightly = share(drifted, values.threshold);
  const words = (x) => (x < 0.01 ? "fewer than 1" : Math.round(100 * x)) + " of 100 weeks";
  const good = falsely <= 0.05 && rightly >= 0.8;
  return {
    x: { label: "threshold, standard deviations", low: 0, high: 0.3 },
    y: { label: "share of weeks that ring", low: 0, high: 1.05 },
    lines: [
      { label: "nothing happened", color: "orange", points: line(quiet) },
      { label: `spend falls by ${values.drift} %`, color: "blue", points: line(drifted) },
    ],
    bands: [],
    marks: [
      { x: values.threshold, y: falsely, label: "false" },
      { x: values.threshold, y: rightly, label: "noticed" },
    ],
    text:
      `With ${values.size.toLocaleString("en-US")} households and threshold ${values.threshold}: it rings falsely in ${words(falsely)}, ` +
      `and notices a fall of ${values.drift} % in ${words(rightly)}` + (good ? ": usable." : "."),
  };
}
