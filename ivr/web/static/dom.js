// Making elements from data. Text is always set as text: nothing that a customer wrote can become markup.

/** An element; `attributes` that are functions become listeners, `class` and the rest attributes. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== false));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** One of the shapes in icons.svg: decoration, so it is hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

const CHANNELS = { voice: "Phone", chat: "Chat", sms: "SMS", email: "E-mail", messenger: "Messenger", app: "App" };

export function channelName(channel) {
  return CHANNELS[channel] ?? channel ?? "";
}

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });

/** A moment (Unix seconds) as a <time>. */
export function time(at) {
  const date = new Date(at * 1000);
  return el("time", { datetime: date.toISOString(), title: date.toLocaleString() }, clock.format(date));
}

/** How long ago, for people: "40 s", "3 min". */
export function ago(at) {
  const seconds = Math.max(0, Math.round(Date.now() / 1000 - at));
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

/** A number as people write it; those of other countries stay as the standard (E.164) has them. */
export function phone(number) {
  return number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3");
}

/** Words of a menu file as a line of their own. */
export function sentence(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const byId = (id) => document.getElementById(id);
