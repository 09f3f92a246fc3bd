// The list of jobs.

import { make, say, show, the } from './dom.js';

export const address = jobId => `#job=${encodeURIComponent(jobId)}`;

/** The job that the address names; null for none. */
export function chosen() {
  const match = /^#job=(.+)$/.exec(location.hash);
  return match ? decodeURIComponent(match[1]) : null;
}

/** The job to be shown where none is chosen: the newest one that runs, or else the newest. */
export const usual = jobs => (jobs.find(job => job.state === 'running') ?? jobs[0])?.jobId ?? null;

export function showJobs(page, current) {
  const { jobs, next } = page;
  say(the('jobs-note'), jobs.length === 0 ? 'None yet.' : next === null ? '' : `The newest ${jobs.length}.`);
  show(the('job-list'), jobs, job => job.jobId, create, (item, job) => update(item, job, current));
}

function create(job) {
  const name = make('strong', {}, make('span', { textContent: job.model }), make('span'));
  return make('li', {}, make('a', { href: address(job.jobId) }, name, make('small'), make('small', { textContent: job.jobId })));
}

function update(item, job, current) {
  const link = item.firstElementChild;
  const [name, facts] = link.children;
  const state = name.children[1];
  say(state, job.state);
  state.className = `state ${job.state}`;
  const at = job.submitted ? `, ${new Date(job.submitted).toLocaleString()}` : '';
  say(facts, `${job.done} of ${job.count} samples, ${job.sampler}${at}`);
  if (job.jobId === current) {
    link.setAttribute('aria-current', 'true');
  } else {
    link.removeAttribute('aria-current');
  }
}
