// The page: a list of jobs, one of them, and the silos.

import { askJson, key, Unauthorized } from './api.js';
import { delay, say, the, whenSeen } from './dom.js';
import { Job } from './job.js';
import { address, chosen, showJobs, usual } from './jobs.js';
import { SiloNames } from './palette.js';
import { Silos } from './silos.js';

const pause = 2_000;

const names = new SiloNames();
const silos = new Silos(names);
let job = null;
let asking = new AbortController();

const host = {
  announce: text => say(the('announcement'), text),
  connected,
  unauthorized: askForKey,
};

function connected(isConnected) {
  const note = the('connection');
  note.classList.toggle('lost', !isConnected);
  say(note, isConnected ? 'Live' : 'The gateway does not answer; it is tried again.');
}

function open(id) {
  if (job?.id === id) {
    return;
  }
  job?.close();
  job = id === null ? null : new Job(id, names, host);
}

// Asks for something again and again while the page is seen.
async function poll(path, signal, use, fail) {
  while (!signal.aborted) {
    await whenSeen(signal);
    try {
      use(await askJson(path, { signal }));
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      if (error instanceof Unauthorized) {
        askForKey();
        return;
      }
      fail(error);
    }
    await delay(pause, signal);
  }
}

function takeJobs(page) {
  connected(true);
  const id = chosen() ?? usual(page.jobs);
  showJobs(page, id);
  open(id);
}

function start() {
  asking.abort();
  asking = new AbortController();
  the('access').hidden = true;
  the('main').hidden = false;
  the('forget').hidden = key.get() === null;
  const { signal } = asking;
  poll('v1/jobs?most=50', signal, takeJobs, () => connected(false));
  poll('v1/silos', signal, all => silos.show(all), () => silos.fail());
}

function askForKey() {
  asking.abort();
  job?.close();
  job = null;
  const wasGiven = key.get() !== null;
  key.forget();
  the('main').hidden = true;
  the('forget').hidden = true;
  the('access').hidden = false;
  say(the('key-error'), wasGiven ? 'This key is not known here.' : '');
  say(the('connection'), 'A key is needed.');
  the('connection').classList.remove('lost');
  the('key').value = '';
  the('key').focus();
}

the('access').addEventListener('submit', event => {
  event.preventDefault();
  const value = the('key').value.trim();
  if (value) {
    key.set(value);
    start();
  }
});

the('forget').addEventListener('click', () => {
  key.forget();
  askForKey();
});

document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault(); // the address names the job
  the('job').focus();
});

window.addEventListener('hashchange', () => {
  const id = chosen();
  if (id !== null) {
    open(id);
    for (const link of the('job-list').querySelectorAll('a')) {
      if (link.getAttribute('href') === address(id)) {
        link.setAttribute('aria-current', 'true');
      } else {
        link.removeAttribute('aria-current');
      }
    }
    the('job').focus();
  }
});

window.addEventListener('resize', () => job?.redraw());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => job?.redraw());

start();
