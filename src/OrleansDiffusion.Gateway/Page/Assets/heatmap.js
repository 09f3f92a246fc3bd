// The heat map of residuals: grid points from noise to data along x, sweeps down y.

const mostColumns = 1024;
const gutter = 58;
const narrowGutter = 40;
const bandHeight = 18;
const axisHeight = 20;
const wantedHeight = 420;

export class HeatMap {
  #canvas;
  #names;
  #cells = document.createElement('canvas'); // a pixel a column and sweep
  #drawn = []; // the rows that are on it

  constructor(canvas, names) {
    this.#canvas = canvas;
    this.#names = names;
  }

  /** Draws what was heard. */
  draw(history, scale) {
    const columns = Math.min(history.points, mostColumns);
    this.#paintCells(history, scale, columns);
    const rows = history.rows.length;
    const bands = this.#bands(history);
    const height = Math.min(14, Math.max(1, Math.floor(wantedHeight / Math.max(rows, 1))));
    const frame = this.#canvas.getBoundingClientRect();
    const width = Math.max(200, Math.floor(frame.width || this.#canvas.parentElement.clientWidth));
    const left = width < 480 ? narrowGutter : gutter;
    const total = axisHeight + bands.length * bandHeight + rows * height + 2;
    const context = this.#open(width, total);
    const style = getComputedStyle(document.documentElement);
    const colours = Object.fromEntries(
      ['ground', 'text', 'quiet', 'alarm', 'frozen'].map(name => [name, style.getPropertyValue(`--${name}`).trim()]));
    const map = { context, history, columns, left, right: width - 1, height, colours };
    this.#axis(map);
    let y = axisHeight;
    const lines = [];
    for (let row = 0; row <= rows; row++) {
      for (const band of bands.filter(band => band.row === row)) {
        this.#band(map, band, y);
        y += bandHeight;
      }
      if (row < rows) {
        this.#row(map, row, y);
        lines.push({ y, sweep: history.rows[row] });
        y += height;
      }
    }
    this.#fronts(map, lines);
    this.#labels(map, lines);
  }

  /** Forgets what is painted: colours mean something else. */
  forget() {
    this.#drawn = [];
  }

  // The canvas for so many pixels of the page, cleared.
  #open(width, height) {
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.#canvas.style.height = `${height}px`;
    const context = this.#canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.imageSmoothingEnabled = false;
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    return context;
  }

  // Sweeps that are new are painted below the others, unless some were dropped.
  #paintCells(history, scale, columns) {
    const { rows } = history;
    const isKept = this.#drawn.length <= rows.length && this.#drawn.every((row, i) => row === rows[i])
      && this.#cells.width === columns && this.#cells.height >= rows.length;
    if (!isKept) {
      this.#cells.width = columns;
      this.#cells.height = Math.max(64, 2 ** Math.ceil(Math.log2(rows.length + 1)));
      this.#drawn = [];
    }
    const context = this.#cells.getContext('2d');
    for (let y = this.#drawn.length; y < rows.length; y++) {
      context.putImageData(this.#pixels(history, rows[y], scale, columns), 0, y);
    }
    this.#drawn = [...rows];
  }

  #pixels(history, sweep, scale, columns) {
    const image = new ImageData(columns, 1);
    const largest = new Float64Array(columns).fill(-1);
    sweep.residuals.forEach((block, i) => block.forEach((residual, cell) => {
      const from = history.at(sweep.firstOpen + i, cell / block.length) / history.points * columns;
      const to = history.at(sweep.firstOpen + i, (cell + 1) / block.length) / history.points * columns;
      for (let x = Math.floor(from + 1e-9); x < Math.max(Math.ceil(to - 1e-9), Math.floor(from) + 1) && x < columns; x++) {
        largest[x] = Math.max(largest[x], residual);
      }
    }));
    for (let x = 0; x < columns; x++) {
      if (largest[x] >= 0) {
        image.data.set([...scale.of(largest[x]), 255], 4 * x);
      }
    }
    return image;
  }

  // The epochs that can be shown, each before the first sweep of it that is still known.
  #bands(history) {
    const bands = [];
    for (const epoch of history.epochs) {
      const row = history.rows.findIndex(sweep => sweep.epoch >= epoch.number);
      const isPast = row === 0 && history.rows[0].epoch > epoch.number;
      if (!isPast) {
        bands.push({ epoch, row: row < 0 ? history.rows.length : row });
      }
    }
    return bands;
  }

  #x({ history, left, right }, point) {
    return left + point / history.points * (right - left);
  }

  #axis(map) {
    const { context, colours, history, left, right } = map;
    context.fillStyle = colours.quiet;
    context.textAlign = 'left';
    context.fillText('noise', left, axisHeight / 2);
    context.textAlign = 'right';
    context.fillText('data', right, axisHeight / 2);
    context.textAlign = 'center';
    context.fillText(`${history.points} grid points`, (left + right) / 2, axisHeight / 2);
    context.textAlign = 'right';
    context.fillText('sweep', left - 6, axisHeight / 2);
  }

  // Which silo holds what from here on; where it is no start, a line marks the moment.
  #band(map, { epoch }, y) {
    const { context, history, left, right, colours } = map;
    const isStart = epoch.reason === 'start';
    const top = y + (isStart ? 1 : 4);
    const height = y + bandHeight - 1 - top;
    let last = null;
    for (const { block, silo, first, count } of epoch.nodes) {
      const nodes = history.nodes(block);
      const from = this.#x(map, history.at(block, first / nodes));
      const to = this.#x(map, history.at(block, (first + count) / nodes));
      const name = this.#names.of(epoch.silos[silo]);
      context.fillStyle = name.ground;
      context.fillRect(from, top, Math.max(to - from, 1), height);
      if (to - from > 14) {
        context.fillStyle = name.text;
        context.textAlign = 'center';
        context.fillText(name.letter, (from + to) / 2, top + height / 2 + .5);
      }
      if (last !== null && to - from > 4) {
        context.fillStyle = colours.text;
        context.fillRect(from - .5, top, 1, height);
      }
      last = silo;
    }
    if (!isStart) {
      context.fillStyle = colours.alarm;
      context.fillRect(0, y + .5, right, 3);
    }
    context.fillStyle = isStart ? colours.quiet : colours.alarm;
    context.textAlign = 'right';
    context.fillText(left === narrowGutter ? `e${epoch.number}` : `epoch ${epoch.number}`, left - 6, top + height / 2 + 1);
  }

  #row(map, row, y) {
    const { context, history, columns, left, right, height, colours } = map;
    const frozen = this.#x(map, history.before[history.rows[row].frozen]);
    context.fillStyle = colours.frozen;
    context.fillRect(left, y, frozen - left, height);
    context.drawImage(this.#cells, 0, row, columns, 1, left, y, right - left, height);
  }

  #fronts(map, lines) {
    const { context, history, height, colours } = map;
    const draw = (blockOf, dash) => {
      context.beginPath();
      let above = null;
      for (const { y, sweep } of lines) {
        const x = Math.min(this.#x(map, history.before[blockOf(sweep)]), map.right - 1);
        context.lineTo(above ?? x, y);
        context.lineTo(x, y);
        context.lineTo(x, y + height);
        above = x;
      }
      context.lineJoin = 'round';
      context.lineWidth = 4;
      context.strokeStyle = colours.ground; // seen on dark cells and on bright ones
      context.stroke();
      context.setLineDash(dash);
      context.lineWidth = 2;
      context.strokeStyle = colours.text;
      context.stroke();
      context.setLineDash([]);
    };
    if (lines.some(({ sweep }) => sweep.furthest !== sweep.frozen)) {
      draw(sweep => sweep.furthest, [4, 3]);
    }
    draw(sweep => sweep.frozen, []);
  }

  #labels({ context, left, height, colours }, lines) {
    const every = [1, 2, 5, 10, 20, 50, 100, 200].find(step => step * height >= 24) ?? 500;
    context.fillStyle = colours.quiet;
    context.textAlign = 'right';
    for (const { y, sweep } of lines) {
      if (sweep.sweep % every === 0) {
        context.fillText(String(sweep.sweep), left - 6, y + height / 2);
      }
    }
  }
}
