// Colours: viridis for residuals, which is even to the eye and the same to the colour-blind; Okabe and Ito's for silos.

const viridis = [
  [68, 1, 84], [72, 26, 108], [71, 47, 125], [65, 68, 135], [57, 86, 140], [49, 104, 142], [42, 120, 142], [35, 136, 142],
  [31, 152, 139], [34, 168, 132], [53, 183, 121], [84, 197, 104], [122, 209, 81], [165, 219, 54], [210, 226, 27], [253, 231, 37],
];

const notFinite = [255, 0, 170];

const ofSilos = [
  ['#e69f00', '#000'], ['#56b4e9', '#000'], ['#009e73', '#000'], ['#f0e442', '#000'],
  ['#0072b2', '#fff'], ['#d55e00', '#000'], ['#cc79a7', '#000'], ['#bbbbbb', '#000'],
];

/** The colour of a share, 0 to 1. */
export function colour(share) {
  const at = Math.min(Math.max(share, 0), 1) * (viridis.length - 1);
  const i = Math.min(Math.floor(at), viridis.length - 2);
  return viridis[i].map((from, channel) => Math.round(from + (at - i) * (viridis[i + 1][channel] - from)));
}

/** How residuals become colours, by their logarithm. */
export class Scale {
  /** From below what ends a block, a tolerance over the model's sensitivity, to 1 at least. */
  constructor(tolerance, sensitivity) {
    this.low = tolerance > 0 ? Math.floor(Math.log10(tolerance / sensitivity)) - 1 : -8;
    this.high = Math.max(0, this.low + 1);
  }

  /** Widens it for a residual; says whether it has. */
  take(residual) {
    if (!Number.isFinite(residual) || residual <= 10 ** this.high) {
      return false;
    }
    this.high = Math.ceil(Math.log10(residual));
    return true;
  }

  /** The colour of a residual. */
  of(residual) {
    return Number.isFinite(residual)
      ? colour(residual > 0 ? (Math.log10(residual) - this.low) / (this.high - this.low) : 0)
      : notFinite;
  }
}

/** Silos by address, each with a letter and colours that it keeps. */
export class SiloNames {
  #known = new Map();

  of(address) {
    if (!this.#known.has(address)) {
      const n = this.#known.size;
      const letter = String.fromCharCode(65 + n % 26) + (n < 26 ? '' : Math.floor(n / 26));
      const [ground, text] = ofSilos[n % ofSilos.length];
      this.#known.set(address, { letter, ground, text });
    }
    return this.#known.get(address);
  }

  /** A text of the grid's, with silos named as here: S127.0.0.1:11111:7 is 127.0.0.1:11111@7. */
  in(text) {
    return text.replace(/\bS(\S+:\d+):(\d+)\b/g, (_, address, life) => `${this.of(`${address}@${life}`).letter} (${address})`);
  }

  /** Has an element be the badge of a silo. */
  badge(element, address) {
    const { letter, ground, text } = this.of(address);
    element.className = 'badge';
    element.textContent = letter;
    element.style.setProperty('--silo', ground);
    element.style.setProperty('--on-silo', text);
    return element;
  }
}

/** An address as people know it, without what tells its lives apart. */
export const place = address => address.split('@')[0];
