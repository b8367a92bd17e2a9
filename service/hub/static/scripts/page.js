// The page's elements, looked up and made.
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

export const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
