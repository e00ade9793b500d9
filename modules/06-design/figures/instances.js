// Time within which 95 % are answered against the number of instances: M/G/c by Erlang's formula C and Allen and Cunneen, as in
// targeting.queueing. Service times are gamma distributed with the chosen mean and spread, by 200 quantiles.
// data: {z: quantiles of the normal distribution, month: hours, price: dollars of an instance-hour}
(values, data) => {
  const mean = values.mean / 1000;
  const cv = values.spread;
  const k = cv > 0 ? 1 / (cv * cv) : 0;
  const raw = data.z.map((z) => (cv > 0 ? Math.max(1 - 1 / (9 * k) + z / (3 * Math.sqrt(k)), 0) ** 3 : 1));
  const scale = mean / (raw.reduce((a, b) => a + b, 0) / raw.length); // keeps the mean where the slider has it
  const times = raw.map((v) => v * scale);
  const load = values.rate * mean;
  const late = (count) => {
    const busy = load / count;
    if (busy >= 1) return Infinity;
    let blocked = 1;
    for (let c = 1; c <= count; c += 1) blocked = (load * blocked) / (c + load * blocked);
    const waiting = (blocked * count) / (count - load * (1 - blocked));
    const each = ((mean / (count * (1 - busy))) * (1 + cv * cv)) / 2; // mean wait of those who wait
    const over = (t) => times.reduce((sum, s) => sum + (t < s ? 1 : waiting * Math.exp(-(t - s) / each)), 0) / times.length;
    let low = 0;
    let high = times[times.length - 1] + 20 * each;
    for (let i = 0; i < 50; i += 1) {
      const middle = (low + high) / 2;
      if (over(middle) > 0.05) low = middle;
      else high = middle;
    }
    return 1000 * high;
  };
  const first = Math.floor(load) + 1;
  const last = first + 10;
  let chosen = first;
  while (chosen < last + 40 && late(chosen) > values.promise) chosen += 1;
  const kept = late(chosen) <= values.promise;
  const points = [];
  for (let c = first; c <= last; c += 1) points.push([c, Math.min(late(c), 3 * values.promise)]);
  const money = (count) => Math.round(count * data.month * data.price).toLocaleString("en-US");
  const share = (count) => Math.round((100 * load) / count);
  const marks = kept && chosen <= last ? [{ x: chosen, y: late(chosen), label: "enough" }] : [];
  return {
    x: { label: "instances", low: first, high: last },
    y: { label: "95 % within, ms (cut off above)", low: 0, high: 3 * values.promise },
    lines: [
      { label: "answered", color: "blue", points },
      { label: "the promise", color: "orange", points: [[first, values.promise], [last, values.promise]] },
    ],
    bands: [],
    marks,
    text: kept
      ? `${first} for the work alone; ${chosen} keep the promise (95 % within ${Math.round(late(chosen))} ms, busy for ${share(chosen)} %). ` +
        `With one to spare ${chosen + 1}: ${money(chosen + 1)} dollars a month.`
      : `No number of instances keeps the promise: 95 % of the requests take longer than ${values.promise} ms without any wait. Make the request shorter first.`,
  };
}
