/** How many characters of a text from outside a message shows. */
const MAX_SHOWN = 200;

/** Text from outside, fit for a line of a message: nothing that breaks, hides or reorders it, not long. */
export function oneLine(text: string): string {
  // More than a line shows, so that a large body is not gone through.
  const visible = text.slice(0, MAX_SHOWN * 100).replace(/\p{Cf}/gu, '');
  const words = visible.split(/[\s\p{Cc}]+/u);
  const characters = [...words.filter((word) => word !== '').join(' ')];
  if (characters.length <= MAX_SHOWN) return characters.join('');
  return `${characters.slice(0, MAX_SHOWN).join('')}…`;
}
