function (name, sliders, data, palette, compute) {
  const root = document.getElementById("explorable-" + name);
  if (!root || root.dataset.ready) return;
  root.dataset.ready = "1";
  const NS = "http://www.w3.org/2000/svg", W = 480, H = 330, L = 68, R = 14, T = 16, B = 52;
  const controls = root.querySelector(".explorable-controls");
  const chart = root.querySelector(".explorable-chart");
  const text = root.querySelector(".explorable-text");
  const picture = chart.querySelector("img");
  const values = {};
  const number = (v) => Math.abs(v) >= 1000 ? Math.round(v).toLocaleString("en-US") : String(+v.toPrecision(3));
  const shown = (s, v) => "$€£".includes(s.unit) && s.unit ? s.unit + number(v) : number(v) + (s.unit ? " " + s.unit : "");
  const svg = (tag, attributes, parent, content) => {
    const node = document.createElementNS(NS, tag);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (content !== undefined) node.textContent = content;
    return parent.appendChild(node);
  };
  const ticks = (low, high) => {
    const raw = (high - low) / 5 || 1, power = Math.pow(10, Math.floor(Math.log10(raw)));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw), found = [];
    for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++) found.push(i * step);
    return found;
  };
  const range = (axis, seen) => {
    let low = axis.low ?? Math.min(...seen), high = axis.high ?? Math.max(...seen);
    if (!(low < high)) { low -= 1; high += 1; }
    return [low, high];
  };
  const draw = () => {
    const result = compute(values, data), lines = result.lines || [], marks = result.marks || [];
    const points = lines.flatMap((line) => line.points).concat(marks.map((m) => [m.x, m.y]));
    const [x0, x1] = range(result.x, points.map((p) => p[0]));
    const [y0, y1] = range(result.y, points.map((p) => p[1]));
    const px = (x) => L + (x - x0) / (x1 - x0) * (W - L - R), py = (y) => H - B - (y - y0) / (y1 - y0) * (H - T - B);
    const plot = document.createElementNS(NS, "svg");
    for (const [key, value] of Object.entries({ viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": result.text, "font-size": 15, width: "100%", style: "max-width:34rem;display:block;background:#fff;border-radius:6px" })) plot.setAttribute(key, value);
    for (const band of result.bands || []) {
      const a = px(Math.max(band.from, x0)), b = px(Math.min(band.to, x1));
      if (!(b > a)) continue;
      svg("rect", { x: a, y: T, width: b - a, height: H - T - B, fill: "#e8edf2" }, plot);
      svg("text", { x: (a + b) / 2, y: T + 16, fill: "#3d4852", "text-anchor": "middle" }, plot, band.label || "");
    }
    for (const t of ticks(y0, y1)) {
      svg("line", { x1: L, x2: W - R, y1: py(t), y2: py(t), stroke: t === 0 ? "#66717d" : "#e3e8ee" }, plot);
      svg("text", { x: L - 6, y: py(t) + 4, fill: "#1f2933", "text-anchor": "end" }, plot, number(t));
    }
    for (const t of ticks(x0, x1)) svg("text", { x: px(t), y: H - B + 20, fill: "#1f2933", "text-anchor": "middle" }, plot, number(t));
    svg("text", { x: (L + W - R) / 2, y: H - 6, fill: "#1f2933", "text-anchor": "middle" }, plot, result.x.label);
    svg("text", { x: 15, y: (H - B + T) / 2, fill: "#1f2933", "text-anchor": "middle", transform: `rotate(-90 15 ${(H - B + T) / 2})` }, plot, result.y.label);
    lines.forEach((line, i) => {
      const color = palette[line.color] || line.color || Object.values(palette)[i % 6];
      const style = { fill: "none", stroke: color, "stroke-width": 2.2 };
      if (i % 3) style["stroke-dasharray"] = i % 3 === 1 ? "7 4" : "2 3";
      svg("polyline", { ...style, points: line.points.map((p) => px(p[0]).toFixed(1) + "," + py(p[1]).toFixed(1)).join(" ") }, plot);
    });
    for (const mark of marks) {
      svg("circle", { cx: px(mark.x), cy: py(mark.y), r: 4.5, fill: "#1f2933" }, plot);
      const right = px(mark.x) > W * 0.6;
      svg("text", { x: px(mark.x) + (right ? -8 : 8), y: py(mark.y) - 8, fill: "#1f2933", "text-anchor": right ? "end" : "start" }, plot, mark.label || "");
    }
    const legend = document.createElement("p");
    legend.style.cssText = "margin:.3rem 0;font-size:.9em";
    lines.forEach((line, i) => {
      const key = legend.appendChild(document.createElement("span"));
      key.style.cssText = "display:inline-block;margin-right:1.1em";
      const sample = key.appendChild(document.createElementNS(NS, "svg"));
      for (const [k, v] of Object.entries({ width: 26, height: 10, "aria-hidden": "true", style: "margin-right:.35em;background:#fff;border-radius:2px" })) sample.setAttribute(k, v);
      const style = { x1: 1, x2: 25, y1: 5, y2: 5, stroke: palette[line.color] || line.color || Object.values(palette)[i % 6], "stroke-width": 2.5 };
      if (i % 3) style["stroke-dasharray"] = i % 3 === 1 ? "7 4" : "2 3";
      svg("line", style, sample);
      key.appendChild(document.createTextNode(line.label));
    });
    chart.replaceChildren(plot, legend);
    text.textContent = result.text;
  };
  try {
    for (const slider of sliders) {
      values[slider.name] = slider.value;
      const row = document.createElement("label");
      row.style.cssText = "display:flex;flex-wrap:wrap;align-items:center;gap:.2rem .6rem;margin:.25rem 0";
      const caption = row.appendChild(document.createElement("span"));
      caption.style.cssText = "flex:1 1 11rem";
      const output = document.createElement("output");
      const input = document.createElement("input");
      Object.assign(input, { type: "range", min: slider.low, max: slider.high, step: slider.step, value: slider.value });
      input.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own arrow keys would take the slider's
      input.style.cssText = "flex:2 1 10rem;min-width:8rem";
      input.setAttribute("aria-label", slider.label); // a label around both would name the output, which comes first
      const update = () => {
        values[slider.name] = +input.value;
        output.textContent = shown(slider, +input.value);
        input.setAttribute("aria-valuetext", output.textContent);
      };
      input.addEventListener("input", () => { update(); draw(); });
      caption.append(slider.label + ": ", output);
      row.append(input);
      controls.append(row);
      update();
    }
    draw();
  } catch (error) {
    controls.replaceChildren();
    chart.replaceChildren(picture);
    text.textContent = "The interactive figure could not start (" + error.message + "). The picture shows its starting values.";
  }
}
