// What was heard of a batch: its sweeps, its epochs, and which samples are done with which blocks.

const mostRows = 1024;

export class History {
  constructor(outline, count) {
    this.steps = outline.stepsOfBlocks;
    this.pointsPerNode = outline.pointsPerNode;
    this.before = [0];
    for (const steps of this.steps) {
      this.before.push(this.before.at(-1) + steps);
    }
    this.count = count;
    this.begin({ batch: -1, firstSample: 0, samples: 0 });
  }

  get points() {
    return this.before.at(-1);
  }

  /** Another batch; false if it is the one that is here. */
  begin(batch) {
    if (this.batch?.batch === batch.batch) {
      return false;
    }
    this.batch = batch;
    this.rows = [];
    this.epochs = [];
    this.done = this.steps.map(() => new Set());
    return true;
  }

  /** An epoch; false if it was told before. */
  beginEpoch(epoch) {
    if (this.epochs.some(known => known.number === epoch.number)) {
      return false;
    }
    this.epochs.push(epoch);
    return true;
  }

  /** Sweeps; those that are new. */
  add(sweeps) {
    const last = this.rows.at(-1);
    const fresh = sweeps.filter(sweep => !last || sweep.epoch > last.epoch
      || (sweep.epoch === last.epoch && sweep.sweep > last.sweep));
    for (const sweep of fresh) {
      sweep.residuals = sweep.residuals.map(block => block.map(Number)); // infinity is told as a word
      for (const { sample, block } of sweep.accepted) {
        this.done[block].add(sample);
      }
    }
    this.rows.push(...fresh);
    this.rows.splice(0, Math.max(0, this.rows.length - mostRows));
    return fresh;
  }

  /** The epoch of a sweep, if it was told. */
  epochOf(sweep) {
    return this.epochs.find(epoch => epoch.number === sweep.epoch);
  }

  nodes(block) {
    return Math.ceil(this.steps[block] / this.pointsPerNode);
  }

  /** Where a share of a block lies on the timeline, in grid points. */
  at(block, share) {
    return this.before[block] + share * this.steps[block];
  }
}
