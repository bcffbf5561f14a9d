// A map of many points: they are written into the pixels of a canvas, which is fast enough for hundreds of
// thousands in each frame and needs no WebGL. Drag moves it, the wheel or + and - zoom, arrows move it too.

const CELLS = 256; // of the grid that is searched for the nearest point
const LABELS = 40;

/** The colour of a custom property as 0xAABBGGRR, the order of bytes in a canvas. */
function packed(probe, name) {
  probe.style.color = `var(${name})`;
  const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

const mixed = (a, b, share) => {
  const part = (shift) => Math.round(((a >> shift) & 255) * (1 - share) + ((b >> shift) & 255) * share) << shift;
  return ((255 << 24) | part(16) | part(8) | part(0)) >>> 0;
};

export class Scatter {
  /** `on` has hover(row or -1), pick(row), select(rows). */
  constructor(canvas, on) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.on = on;
    this.points = new Float32Array(0);
    this.colours = null; // the colour of each point, one byte each
    this.marked = []; // [{ row, text }]
    this.selected = new Set();
    this.box = null; // of a selection that is being drawn, in pixels of the page
    this.isSelecting = false;
    this.frame = 0;
    this.listen();
    new ResizeObserver(() => this.fit()).observe(canvas);
  }

  get length() {
    return this.points.length / 2;
  }

  show(points) {
    this.points = points;
    this.colours = null;
    this.selected = new Set();
    this.grid = null;
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < points.length; i += 2) {
      x0 = Math.min(x0, points[i]); x1 = Math.max(x1, points[i]);
      y0 = Math.min(y0, points[i + 1]); y1 = Math.max(y1, points[i + 1]);
    }
    this.bounds = [x0, x1, y0, y1];
    this.home();
  }

  /** Colour by a byte for each point; `kind` is "groups" or "scale" (0 to 255). */
  colour(bytes, kind) {
    this.colours = bytes;
    this.kind = kind;
    this.draw();
  }

  mark(list) {
    this.marked = list;
    this.draw();
  }

  select(rows) {
    this.selected = new Set(rows);
    this.draw();
  }

  home() {
    const [x0, x1, y0, y1] = this.bounds ?? [0, 1, 0, 1];
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.scale = 0.94 * Math.min(width / Math.max(x1 - x0, 1e-9), height / Math.max(y1 - y0, 1e-9));
    this.centre = [(x0 + x1) / 2, (y0 + y1) / 2];
    this.draw();
  }

  fit() {
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map((size) => Math.max(1, Math.round(size * ratio)));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.image = null;
    }
    if (this.scale === undefined && this.bounds) this.home();
    else this.draw();
  }

  /** Data to pixels of the page. */
  place(row) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return [
      width / 2 + (this.points[2 * row] - this.centre[0]) * this.scale,
      height / 2 - (this.points[2 * row + 1] - this.centre[1]) * this.scale,
    ];
  }

  /** Pixels of the page to data. */
  where(x, y) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return [this.centre[0] + (x - width / 2) / this.scale, this.centre[1] - (y - height / 2) / this.scale];
  }

  zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const [a, b] = this.where(x, y);
    this.scale *= factor;
    const [c, d] = this.where(x, y);
    this.centre = [this.centre[0] + a - c, this.centre[1] + b - d];
    this.draw();
  }

  move(x, y) {
    this.centre = [this.centre[0] - x / this.scale, this.centre[1] + y / this.scale];
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  palette() {
    this.found ??= this.readPalette();
    return this.found;
  }

  readPalette() {
    const probe = document.createElement("span");
    document.body.append(probe);
    const of = (name) => packed(probe, name);
    const found = { ground: of("--ground"), ink: of("--ink"), quiet: of("--quiet"), accent: of("--accent") };
    found.groups = Array.from({ length: 8 }, (_, i) => of(`--chart-${i + 1}`));
    const [low, high] = [of("--edge"), of("--chart-2")];
    found.scale = Array.from({ length: 256 }, (_, i) => mixed(low, high, i / 255));
    probe.remove();
    return found;
  }

  paint() {
    const { width, height } = this.canvas;
    if (!this.image) {
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    const colours = this.palette();
    this.pixels.fill(colours.ground);
    if (this.length) this.paintPoints(colours, width, height);
    this.context.putImageData(this.image, 0, 0);
    this.paintMarks(colours);
    this.canvas.dispatchEvent(new Event("painted"));
  }

  paintPoints(colours, width, height) {
    const { pixels, points } = this;
    const ratio = width / Math.max(1, this.canvas.clientWidth);
    const scale = this.scale * ratio;
    const [left, top] = [width / 2 - this.centre[0] * scale, height / 2 + this.centre[1] * scale];
    const table = this.colours ? (this.kind === "scale" ? colours.scale : colours.groups) : null;
    const size = Math.max(1, Math.round((this.length > 50000 ? 1.5 : this.length > 5000 ? 2.5 : 4) * ratio));
    const seen = (row) => (table ? table[this.colours[row] % table.length] : colours.accent);
    // the most frequent words come last, so that they lie on top
    for (let row = this.length - 1; row >= 0; row -= 1) {
      const x = (left + points[2 * row] * scale) | 0;
      const y = (top - points[2 * row + 1] * scale) | 0;
      if (x < 0 || y < 0 || x + size >= width || y + size >= height) continue;
      const colour = seen(row);
      for (let dy = 0, at = y * width + x; dy < size; dy += 1, at += width) {
        for (let dx = 0; dx < size; dx += 1) pixels[at + dx] = colour;
      }
    }
  }

  paintMarks(colours) {
    const { context } = this;
    const ratio = this.canvas.width / Math.max(1, this.canvas.clientWidth);
    const css = (value) => `rgb(${value & 255} ${(value >> 8) & 255} ${(value >> 16) & 255})`;
    context.save();
    context.scale(ratio, ratio);
    context.strokeStyle = css(colours.ink);
    let drawn = 0;
    for (const row of this.selected) {
      if ((drawn += 1) > 5000) break;
      const [x, y] = this.place(row);
      context.strokeRect(x - 3.5, y - 3.5, 7, 7);
    }
    context.font = "600 13px system-ui, sans-serif";
    const boxes = [];
    const shown = this.marked.slice(0, LABELS).map(({ row, text }) => [...this.place(row), text]);
    shown.forEach(([x, y], i) => {
      context.fillStyle = css(colours.ground);
      context.strokeStyle = css(colours.ink);
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, i === 0 ? 7 : 5, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    });
    for (const [x, y, text] of shown) {
      const wide = context.measureText(text).width;
      // to the left of its point if it would be cut off on the right
      const from = x + 9 + wide > this.canvas.clientWidth ? x - 9 - wide : x + 9;
      if (boxes.some(([a, b, w]) => Math.abs(b - y) < 15 && from < a + w + 3 && a < from + wide + 3)) continue;
      boxes.push([from, y, wide]);
      context.lineWidth = 4;
      context.strokeStyle = css(colours.ground);
      context.strokeText(text, from, y + 4);
      context.fillStyle = css(colours.ink);
      context.fillText(text, from, y + 4);
    }
    if (this.box) {
      const [a, b, c, d] = this.box;
      context.strokeStyle = css(colours.accent);
      context.lineWidth = 1.5;
      context.setLineDash([5, 3]);
      context.strokeRect(Math.min(a, c), Math.min(b, d), Math.abs(c - a), Math.abs(d - b));
    }
    context.restore();
  }

  /** The nearest point within some pixels, or -1. */
  nearest(x, y, within = 10) {
    if (!this.length) return -1;
    if (!this.grid) this.fillGrid();
    const [px, py] = this.where(x, y);
    const reach = within / this.scale;
    const [from, to] = [this.cell(px - reach, py - reach), this.cell(px + reach, py + reach)];
    let [best, least] = [-1, reach * reach];
    for (let i = from[0]; i <= to[0]; i += 1) {
      for (let j = from[1]; j <= to[1]; j += 1) {
        const cell = i * CELLS + j;
        for (let at = this.grid.begins[cell]; at < this.grid.begins[cell + 1]; at += 1) {
          const row = this.grid.rows[at];
          const far = (this.points[2 * row] - px) ** 2 + (this.points[2 * row + 1] - py) ** 2;
          if (far < least) [best, least] = [row, far];
        }
      }
    }
    return best;
  }

  cell(x, y) {
    const [x0, x1, y0, y1] = this.bounds;
    const of = (value, low, high) => Math.min(CELLS - 1, Math.max(0, Math.floor(((value - low) / (high - low || 1)) * CELLS)));
    return [of(x, x0, x1), of(y, y0, y1)];
  }

  fillGrid() {
    const begins = new Uint32Array(CELLS * CELLS + 1);
    const cells = new Uint32Array(this.length);
    for (let row = 0; row < this.length; row += 1) {
      const [i, j] = this.cell(this.points[2 * row], this.points[2 * row + 1]);
      cells[row] = i * CELLS + j;
      begins[cells[row] + 1] += 1;
    }
    for (let i = 0; i < CELLS * CELLS; i += 1) begins[i + 1] += begins[i];
    const next = begins.slice();
    const rows = new Uint32Array(this.length);
    for (let row = 0; row < this.length; row += 1) rows[next[cells[row]]++] = row;
    this.grid = { begins, rows };
  }

  within(box) {
    const [a, b] = this.where(Math.min(box[0], box[2]), Math.max(box[1], box[3]));
    const [c, d] = this.where(Math.max(box[0], box[2]), Math.min(box[1], box[3]));
    const rows = [];
    for (let row = 0; row < this.length; row += 1) {
      const [x, y] = [this.points[2 * row], this.points[2 * row + 1]];
      if (x >= a && x <= c && y >= b && y <= d) rows.push(row);
    }
    return rows;
  }

  // ---- mouse and keyboard ----

  listen() {
    const { canvas } = this;
    const fingers = new Map();
    let moved = 0;
    const at = (event) => {
      const { left, top } = canvas.getBoundingClientRect();
      return [event.clientX - left, event.clientY - top];
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, at(event));
      moved = 0;
      if (fingers.size === 1 && (this.isSelecting || event.shiftKey)) this.box = [...at(event), ...at(event)];
    });
    canvas.addEventListener("pointermove", (event) => {
      const [x, y] = at(event);
      const before = fingers.get(event.pointerId);
      if (!before) {
        this.on.hover(this.nearest(x, y), x, y);
        return;
      }
      moved += Math.abs(x - before[0]) + Math.abs(y - before[1]);
      fingers.set(event.pointerId, [x, y]);
      if (this.box) {
        this.box.splice(2, 2, x, y);
        this.draw();
      } else if (fingers.size === 2) {
        const [one, two] = [...fingers.values()];
        const other = one[0] === x && one[1] === y ? two : one;
        const far = (p, q) => Math.hypot(p[0] - q[0], p[1] - q[1]);
        this.zoom(far([x, y], other) / Math.max(1, far(before, other)), (x + other[0]) / 2, (y + other[1]) / 2);
      } else this.move(x - before[0], y - before[1]);
    });
    const release = (event) => {
      const [x, y] = at(event);
      const wasOne = fingers.size === 1;
      fingers.delete(event.pointerId);
      if (this.box) {
        const rows = this.within(this.box);
        this.box = null;
        this.select(rows);
        this.on.select(rows);
      } else if (wasOne && moved < 5 && event.type === "pointerup") {
        const row = this.nearest(x, y, 14);
        if (row >= 0) this.on.pick(row);
      }
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", () => this.on.hover(-1));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 300), ...at(event));
    }, { passive: false });
    const keys = {
      ArrowLeft: () => this.move(40, 0), ArrowRight: () => this.move(-40, 0), ArrowUp: () => this.move(0, 40), ArrowDown: () => this.move(0, -40),
      "+": () => this.zoom(1.3), "=": () => this.zoom(1.3), "-": () => this.zoom(1 / 1.3), 0: () => this.home(),
    };
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    const again = () => {
      this.found = null;
      this.draw();
    };
    document.addEventListener("theme", again);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  }
}
