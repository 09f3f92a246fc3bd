// Samples as small pictures, out of NumPy's arrays.

import { make } from './dom.js';

/** Reads a .npy of float32: its shape, and the values. */
export function readNpy(buffer) {
  const view = new DataView(buffer);
  const length = view.getUint16(8, true);
  const header = new TextDecoder().decode(new Uint8Array(buffer, 10, length));
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter(size => size.trim()).map(Number);
  return { shape, values: new Float32Array(buffer.slice(10 + length)) };
}

/** The samples of such an array, each with its shape. */
export function samplesIn({ shape: [count, ...shape], values }) {
  const elements = values.length / count;
  return Array.from({ length: count }, (_, i) => ({ shape, values: values.subarray(i * elements, (i + 1) * elements) }));
}

/** A tile for a sample. */
export function makeTile() {
  const canvas = make('canvas');
  canvas.setAttribute('role', 'img');
  return make('li', {}, canvas, make('small'));
}

/** Draws a sample on a tile. */
export function drawTile(tile, sample, label, note) {
  const [canvas, small] = tile.children;
  canvas.setAttribute('aria-label', label);
  small.textContent = note;
  if (isImage(sample.shape)) {
    drawImage(canvas, sample);
  } else if (sample.values.length === 2) {
    drawPoint(canvas, sample.values);
  } else {
    drawCurve(canvas, sample.values);
  }
}

const isImage = ([channels, height, width]) => width !== undefined && height > 0 && (channels === 1 || channels === 3);

// From -1, black, to 1, full. A lost sample is NaN throughout: grey.
function drawImage(canvas, { shape: [channels, height, width], values }) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = values[(channels === 3 ? channel : 0) * width * height + i];
      image.data[4 * i + channel] = Number.isNaN(value) ? 128 : (value + 1) / 2 * 255;
    }
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d').putImageData(image, 0, 0);
}

// A point of the plane, from -3 to 3.
function drawPoint(canvas, [x, y]) {
  const context = open(canvas);
  context.beginPath();
  context.arc(48 + x * 16, 48 - y * 16, 5, 0, 2 * Math.PI);
  context.fill();
  context.fillRect(0, 48, 96, .5);
  context.fillRect(48, 0, .5, 96);
}

// Anything else: its values in a row, from -3 to 3.
function drawCurve(canvas, values) {
  const context = open(canvas);
  context.beginPath();
  values.forEach((value, i) => context.lineTo((i + .5) / values.length * 96, 48 - value * 16));
  context.lineWidth = 1.5;
  context.stroke();
}

function open(canvas) {
  canvas.width = canvas.height = 96;
  const context = canvas.getContext('2d');
  context.fillStyle = context.strokeStyle = getComputedStyle(canvas).color;
  return context;
}
