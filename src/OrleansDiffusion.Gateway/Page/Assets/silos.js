// The silos, and what their devices have to do.

import { make, say, show, the } from './dom.js';
import { place } from './palette.js';

const bytes = value => value === null ? '–' : value >= 1e9 ? `${(value / 1e9).toFixed(1)}\u00a0GB` : `${Math.round(value / 1e6)}\u00a0MB`;
const percent = value => value === null ? '–' : `${Math.round(100 * value)}\u00a0%`;

export class Silos {
  #names;

  constructor(names) {
    this.#names = names;
  }

  show(silos) {
    say(the('silos-note'), silos.length > 0 ? '' : 'No silo answers.');
    show(the('silo-list'), silos, silo => silo.address, silo => this.#card(silo), (card, silo) => this.#fill(card, silo));
  }

  fail() {
    say(the('silos-note'), 'It is not known now what they do.');
  }

  #card(silo) {
    const title = make('h3', {}, this.#names.badge(make('span'), silo.address), make('span', { textContent: place(silo.address) }));
    return make('li', {}, title, make('p'), make('div'));
  }

  #fill(card, silo) {
    const [, facts, devices] = card.children;
    const roles = [silo.isControl ? 'control' : null, silo.isCompute ? 'compute' : null].filter(Boolean).join(' and ');
    const nodes = silo.load === null ? [] : [`${silo.load.timeNodes}\u00a0time-nodes`];
    say(facts, [
      roles || 'no role', ...nodes, `processors ${percent(silo.processor)}`, `heap ${bytes(silo.memoryBytes)}`,
      `${silo.grains ?? '–'} grains`,
    ].join(', '));
    show(devices, silo.load?.devices.map((device, i) => ({ ...device, i })) ?? [], device => device.i, () => this.#device(), this.#fillDevice);
  }

  #device() {
    const meter = make('meter', { min: 0, max: 1 });
    return make('div', { className: 'device' }, make('div', {}, make('span'), make('span')), meter);
  }

  #fillDevice(element, device) {
    const [line, meter] = element.children;
    say(line.children[0], device.name);
    say(line.children[1], `busy ${percent(device.busy)}, ${device.queued} queued`);
    meter.value = device.busy ?? 0;
    meter.setAttribute('aria-label', `${device.name}: share of time busy`);
    meter.setAttribute('aria-valuetext', percent(device.busy));
  }
}
