// What a search shows for its winner, and what it is worth on all households, computed by lesson 3.1 from its own runs.
// data: {curves: {households: [[AUC shown, AUC on all households] for 1, 2, … configurations]}}
(values, data) => {
  const curve = data.curves[String(values.households)];
  const [shown, real] = curve[values.tried - 1];
  const all = Object.values(data.curves).flat(2);
  const three = (v) => v.toFixed(3);
  const gap = shown - real;
  const side = gap >= 0 ? "above" : "below";
  const points = (i) => curve.map((point, n) => [n + 1, point[i]]);
  return {
    x: { label: "configurations tried", low: 1, high: curve.length },
    y: { label: "AUC of the winner", low: Math.min(...all) - 0.003, high: Math.max(...all) + 0.003 },
    lines: [
      { label: "shown in validation", color: "orange", points: points(0) },
      { label: "on all households", color: "blue", points: points(1) },
    ],
    bands: [],
    marks: [
      { x: values.tried, y: shown, label: "" },
      { x: values.tried, y: real, label: "" },
    ],
    text: `Best of ${values.tried} on ${values.households} households: it shows ${three(shown)}; on all households it has ${three(real)}, so ${three(Math.abs(gap))} ${side} its worth.`,
  };
}
