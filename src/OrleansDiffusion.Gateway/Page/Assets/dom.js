// Small helpers for elements.

/** An element of the page, which must be there. */
export const the = id => document.getElementById(id);

/** Makes an element: properties, then children, which are elements or text. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Sets an element's text, if it is another, so that nothing is read out or laid out in vain. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Has a list show items, each by its key: elements that stay keep the focus. */
export function show(list, items, keyOf, create, update) {
  const before = new Map([...list.children].map(child => [child.dataset.key, child]));
  let place = list.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let element = before.get(key);
    if (element) {
      before.delete(key);
    } else {
      element = create(item);
      element.dataset.key = key;
    }
    update(element, item);
    if (element === place) {
      place = place.nextElementSibling;
    } else {
      list.insertBefore(element, place);
    }
  }
  for (const element of before.values()) {
    element.remove();
  }
}

/** Waits, or ends at once when the signal does. */
export function delay(milliseconds, signal) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

/** Waits until the page is seen. */
export function whenSeen(signal) {
  return new Promise(resolve => {
    if (!document.hidden || signal?.aborted) {
      resolve();
      return;
    }
    document.addEventListener('visibilitychange', () => resolve(), { once: true });
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
