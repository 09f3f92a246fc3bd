// One job, as it runs.

import { ask, askJson, events, NotFound, Unauthorized } from './api.js';
import { delay, make, say, show, the, whenSeen } from './dom.js';
import { HeatMap } from './heatmap.js';
import { History } from './history.js';
import { place, Scale, colour } from './palette.js';
import { drawTile, makeTile, readNpy, samplesIn } from './tiles.js';

const recordPause = 2_000;
const previewPause = 1_000;
const mostTiles = 64;

const isFinal = state => ['succeeded', 'failed', 'cancelled'].includes(state);
const short = value => Number.isFinite(value) ? value.toPrecision(2) : 'not finite';
const because = { start: 'start', recovery: 'recovery', siloJoined: 'a silo joined', siloLeft: 'a silo left' };

export class Job {
  #names;
  #host;
  #map;
  #ending = new AbortController();
  #history = null;
  #scale = null;
  #record = null;
  #drawing = false;
  #previewed = '';
  #moved = ''; // since when previews may be others
  #doneSamples = 0;
  #shownSamples = 0;

  /** What is told to the host: announce(text), connected(isConnected), unauthorized(). */
  constructor(id, names, host) {
    this.id = id;
    this.#names = names;
    this.#host = host;
    this.#map = new HeatMap(the('map'), names);
    this.#clear();
    this.#guard(() => this.#run());
  }

  close() {
    this.#ending.abort();
  }

  /** Draws anew: the page has other colours or another size. */
  redraw() {
    if (this.#history && !this.#drawing) {
      this.#drawing = true;
      requestAnimationFrame(() => {
        this.#drawing = false;
        if (!this.#ending.signal.aborted) {
          this.#draw();
        }
      });
    }
  }

  async #guard(work) {
    try {
      await work();
    } catch (error) {
      if (this.#ending.signal.aborted) {
        return;
      }
      if (error instanceof Unauthorized) {
        this.#host.unauthorized();
      } else if (error instanceof NotFound) {
        this.#vanish();
      } else {
        throw error;
      }
    }
  }

  #clear() {
    say(the('job-title'), `Job ${this.id}`);
    the('job-body').hidden = false;
    say(the('job-note'), '');
    for (const id of ['facts', 'holders', 'epochs', 'table-body', 'previews', 'samples', 'legend']) {
      the(id).replaceChildren();
    }
    the('map').style.height = '0';
    the('map').setAttribute('aria-label', 'No sweep was seen yet.');
    say(the('table-caption'), 'No sweep was seen yet.');
    say(the('samples-note'), 'None is done yet.');
    the('progress').value = 0;
    say(the('progress-text'), '');
  }

  async #run() {
    const { signal } = this.#ending;
    await this.#load();
    this.#history = new History(this.#record.outline, this.#record.request.count);
    this.#scale = new Scale(this.#record.request.tolerance, this.#record.outline.sensitivity);
    this.#drawLegend();
    const following = this.#guard(() => this.#follow());
    this.#guard(() => this.#watchPreviews());
    while (!signal.aborted && !isFinal(this.#record.state)) {
      await delay(recordPause, signal);
      await whenSeen(signal);
      await this.#load();
    }
    await following;
  }

  // The job's record; the one before stays where the gateway does not answer.
  async #load() {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        const record = await askJson(`v1/jobs/${encodeURIComponent(this.id)}`, { signal });
        this.#host.connected(true);
        this.#take(record);
        return;
      } catch (error) {
        if (signal.aborted || error instanceof Unauthorized || error instanceof NotFound) {
          throw error;
        }
        this.#host.connected(false);
        if (this.#record) {
          return;
        }
        await delay(recordPause, signal);
      }
    }
  }

  #take(record) {
    const before = this.#record;
    this.#record = record;
    if (before?.state !== record.state) {
      this.#host.announce(`Job ${this.id} is ${record.state}.`);
    }
    this.#doneSamples = record.batches.reduce((sum, batch) => sum + batch.samples, 0);
    say(the('job-note'), record.error ?? '');
    this.#showFacts();
    this.#showDone();
    if (this.#doneSamples !== this.#shownSamples) {
      this.#guard(() => this.#showSamples(this.#doneSamples));
    }
  }

  #showFacts() {
    const { state, request, outline, batches } = this.#record;
    const last = this.#history?.rows.at(-1);
    const rounds = batches.map(batch => batch.rounds);
    const facts = {
      State: state,
      Model: request.model,
      Sampler: request.sampler,
      'Grid points': outline.stepsOfBlocks.reduce((sum, steps) => sum + steps, 0),
      'Time-nodes a block': Math.ceil(Math.max(...outline.stepsOfBlocks) / outline.pointsPerNode),
      Tolerance: request.tolerance,
      Samples: `${this.#doneSamples} of ${request.count} done`,
      ...(last ? { Sweep: last.sweep, 'Blocks done': `${last.frozen} of ${outline.stepsOfBlocks.length}` } : {}),
      ...(rounds.length > 0 ? { 'Sweeps of batches done': rounds.slice(-5).join(', ') } : {}),
    };
    show(the('facts'), Object.entries(facts), ([name]) => name,
      ([name]) => make('div', {}, make('dt', { textContent: name }), make('dd')),
      (element, [, value]) => say(element.children[1], String(value)));
  }

  // Of the batch under way, the blocks that all its samples are done with.
  #showDone() {
    const { request, state } = this.#record;
    const last = this.#history?.rows.at(-1);
    const batch = this.#history?.batch;
    const isUnderWay = last && batch.firstSample >= this.#doneSamples;
    const part = isUnderWay ? batch.samples * this.#history.before[last.frozen] / this.#history.points : 0;
    const share = state === 'succeeded' ? 1 : (this.#doneSamples + part) / request.count;
    the('progress').value = share;
    say(the('progress-text'), `${Math.floor(100 * share)} %`);
  }

  async #follow() {
    const { signal } = this.#ending;
    for await (const { type, data } of events(`v1/jobs/${encodeURIComponent(this.id)}/sweeps`, signal)) {
      if (type === 'open' || type === 'lost') {
        this.#host.connected(type === 'open');
      } else if (type === 'batch') {
        this.#beginBatch(data);
      } else if (type === 'epoch') {
        this.#beginEpoch(data);
      } else if (type === 'sweeps') {
        this.#sweep(data);
      } else if (type === 'end') {
        await this.#load();
      }
    }
    if (this.#history.rows.length === 0 && !signal.aborted) {
      say(the('map-note'), 'The sweeps of a job are kept while it runs, and no longer.');
    }
  }

  #beginBatch(batch) {
    if (!this.#history.begin(batch)) {
      return;
    }
    this.#map.forget();
    the('epochs').replaceChildren();
    const last = batch.firstSample + batch.samples - 1;
    say(the('map-note'), `Samples ${batch.firstSample} to ${last}. How far each sweep moved each time-node: a row a sweep, the `
      + 'newest at the bottom; noise to the left, data to the right.');
    this.redraw();
  }

  #beginEpoch(epoch) {
    if (!this.#history.beginEpoch(epoch)) {
      return;
    }
    const silos = [...new Set(epoch.nodes.map(held => held.silo))].map(silo => epoch.silos[silo]);
    const letters = silos.map(silo => this.#names.of(silo).letter).join(', ');
    const text = `Epoch ${epoch.number}, after sweep ${epoch.sweep}: ${because[epoch.reason]}`
      + `${epoch.detail ? `, ${this.#names.in(epoch.detail)}` : ''}. Held by ${letters}.`;
    the('epochs').append(make('li', { className: epoch.reason, textContent: text }));
    show(the('holders'), silos, silo => silo,
      silo => make('li', {}, this.#names.badge(make('span'), silo), ` ${place(silo)}`), () => { });
    if (epoch.reason !== 'start') {
      this.#host.announce(text);
    }
    this.redraw();
  }

  #sweep(sweeps) {
    const fresh = this.#history.add(sweeps);
    let isWidened = false;
    for (const sweep of fresh) {
      for (const block of sweep.residuals) {
        for (const residual of block) {
          isWidened = this.#scale.take(residual) || isWidened;
        }
      }
    }
    if (isWidened) {
      this.#map.forget();
      this.#drawLegend();
    }
    if (fresh.some(sweep => sweep.accepted.length > 0)) {
      this.#moved = `${this.#history.batch.batch}-${this.#history.rows.at(-1).epoch}-${this.#history.rows.at(-1).sweep}`;
    }
    this.redraw();
  }

  #draw() {
    this.#map.draw(this.#history, this.#scale);
    this.#showFacts();
    this.#showDone();
    const last = this.#history.rows.at(-1);
    if (!last) {
      return;
    }
    const all = last.residuals.flat();
    const largest = all.length > 0 ? Math.max(...all) : 0;
    const blocks = this.#history.steps.length;
    the('map').setAttribute('aria-label', `Heat map of ${this.#history.rows.length} sweeps. Sweep ${last.sweep}: largest residual `
      + `${short(largest)}; all samples are done with ${last.frozen} of ${blocks} blocks, the furthest with ${last.furthest}.`);
    this.#showTable(last);
  }

  #showTable(sweep) {
    const open = sweep.residuals.map((residuals, i) => ({ block: sweep.firstOpen + i, residuals }));
    const epoch = this.#history.epochOf(sweep);
    say(the('table-caption'), `Sweep ${sweep.sweep}, epoch ${sweep.epoch}`);
    show(the('table-body'), open, row => row.block,
      ({ block }) => {
        const [from, to] = [this.#history.before[block], this.#history.before[block + 1] - 1];
        const row = make('tr', {}, make('th', { scope: 'row', textContent: block + 1 }), make('td', { textContent: `${from} to ${to}` }));
        for (let i = 0; i < 4; i++) {
          row.append(make('td'));
        }
        return row;
      },
      (row, { block, residuals }) => {
        const holders = epoch?.nodes.filter(held => held.block === block).map(held => this.#names.of(epoch.silos[held.silo]).letter);
        say(row.children[2], String(this.#history.nodes(block)));
        say(row.children[3], residuals.length > 0 ? short(Math.max(...residuals)) : 'not swept');
        say(row.children[4], holders ? [...new Set(holders)].join(', ') : '–');
        say(row.children[5], `${this.#history.done[block].size} of ${this.#history.batch.samples}`);
      });
  }

  #drawLegend() {
    const bar = make('canvas', { width: 160, height: 1 });
    bar.setAttribute('role', 'img');
    bar.setAttribute('aria-label', 'Colour scale, from dark for small residuals to bright for large ones');
    const context = bar.getContext('2d');
    for (let x = 0; x < bar.width; x++) {
      context.fillStyle = `rgb(${colour(x / (bar.width - 1)).join()})`;
      context.fillRect(x, 0, 1, 1);
    }
    const power = exponent => make('span', {}, '10', make('sup', { textContent: String(exponent).replace('-', '−') }));
    const scale = make('span', { className: 'scale' }, 'residual', power(this.#scale.low), bar, power(this.#scale.high));
    const keys = [
      ['frozen', 'done by all samples'], ['front', 'front of all samples'], ['furthest', 'front of the furthest sample'],
      ['epoch', 'a new epoch: recovery, or a silo came or left'],
    ].map(([name, text]) => make('span', { className: `key ${name}`, textContent: text }));
    the('legend').replaceChildren(scale, ...keys);
  }

  // Previews cost the gateway a call, so they are asked for where some sample is done with a block.
  async #watchPreviews() {
    const { signal } = this.#ending;
    while (!signal.aborted && !isFinal(this.#record.state)) {
      await whenSeen(signal);
      if (this.#moved !== this.#previewed) {
        const moved = this.#moved;
        try {
          await this.#preview();
          this.#previewed = moved;
        } catch (error) {
          if (signal.aborted || error instanceof Unauthorized || error instanceof NotFound) {
            throw error;
          }
        }
      }
      await delay(previewPause, signal);
    }
    the('previews').replaceChildren();
    say(the('previews-note'), 'No sample is under way.');
  }

  async #preview() {
    const response = await ask(
      `v1/jobs/${encodeURIComponent(this.id)}/preview?format=npy&most=${mostTiles}`, { signal: this.#ending.signal });
    if (response.status === 204) {
      return;
    }
    const first = Number(response.headers.get('Odiff-First-Sample'));
    const done = response.headers.get('Odiff-Done').split(',').map(Number);
    const tiles = samplesIn(readNpy(await response.arrayBuffer())).map((sample, i) => ({ sample, index: first + i, done: done[i] }));
    say(the('previews-note'), 'The model\'s estimate of each sample that is under way, at the end of the last block it is done with.');
    show(the('previews'), tiles, tile => tile.index, makeTile, (element, { sample, index, done: share }) => {
      const percent = `${Math.round(100 * share)} %`;
      drawTile(element, sample, `Preview of sample ${index}, ${percent} done`, `${index}: ${percent}`);
    });
  }

  async #showSamples(done) {
    this.#shownSamples = done;
    const { count } = this.#record.request;
    say(the('samples-note'), done === 0 ? 'None is done yet.'
      : done > mostTiles ? `${done} of ${count} are done; the first ${mostTiles} are shown.` : `${done} of ${count} are done.`);
    const here = the('samples').children.length;
    const more = Math.min(done, mostTiles) - here;
    if (more <= 0) {
      return;
    }
    try {
      const response = await ask(
        `v1/jobs/${encodeURIComponent(this.id)}/samples?first=${here}&count=${more}`, { signal: this.#ending.signal });
      const samples = samplesIn(readNpy(await response.arrayBuffer()));
      samples.forEach((sample, i) => {
        const index = here + i;
        if (the('samples').children.length > index) {
          return; // two calls have brought it
        }
        const tile = makeTile();
        const isLost = Number.isNaN(sample.values[0]);
        the('samples').append(tile);
        drawTile(tile, sample, `Sample ${index}${isLost ? ', lost' : ''}`, isLost ? `${index}: lost` : String(index));
      });
    } catch (error) {
      this.#shownSamples = here; // asked for again with the next record
      if (this.#ending.signal.aborted || error instanceof Unauthorized || error instanceof NotFound) {
        throw error;
      }
    }
  }

  #vanish() {
    this.#ending.abort();
    say(the('job-note'), 'This job is not there any more: its record was lost with the memory of a silo, or it never was.');
    this.#host.announce(`Job ${this.id} is not there.`);
  }
}
