/** Characters that show nothing, and come with a value that was copied from a page or a chat. */
const INVISIBLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is a character of its own.
  /\u{34f}|[\u{ad}\u{61c}\u{115f}-\u{1160}\u{17b4}-\u{17b5}\u{180b}-\u{180f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{3164}\u{fe00}-\u{fe0f}\u{feff}\u{e0000}-\u{e007f}]/u;

/**
 * Returns what is wrong with a key or a token, as in `has a blank in it`; `undefined` for a bare value.
 * Shows no part of the value but an invisible character.
 */
export function secretFlaw(value: string): string | undefined {
  return flaw(value, true);
}

/** Returns what is wrong with a project ID; `undefined` for a bare ID. */
export function projectFlaw(id: string): string | undefined {
  const found = flaw(id, false);
  if (found !== undefined || !/^[a-z]{2}-[a-z]+-\d{1,3}$/.test(id)) return found;
  return `${JSON.stringify(id)} is the ID of a region: give that of the project, or leave it out`;
}

function flaw(value: string, isAscii: boolean): string | undefined {
  if (value === '') return 'is empty';
  const flaws = [...value].map((character) => of(character, isAscii));
  const at = flaws.findIndex(Boolean);
  if (at < 0) return undefined;
  const isEnd = flaws.slice(at).every(Boolean);
  return `has ${flaws[at]} ${at === 0 ? 'at its beginning' : isEnd ? 'at its end' : 'in it'}`;
}

function of(character: string, isAscii: boolean): string | undefined {
  if (/[\r\n]/.test(character)) return 'a line break';
  if (/["']/.test(character)) return 'a quote';
  if (INVISIBLE.test(character)) {
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    return `the invisible character U+${code}`;
  }
  if (/[\s\x85]/.test(character)) return 'a blank';
  if (/[\p{Cc}\p{Cs}]/u.test(character)) return 'a control character';
  return isAscii && character > '\x7f' ? 'a character that is not ASCII' : undefined;
}
