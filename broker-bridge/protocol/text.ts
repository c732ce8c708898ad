/** Ends a text that Warren itself shortened, because no bridge can keep everything. */
export const cutMark = '… [shortened by Warren]'

// Control, ANSI, bidirectional and zero-width characters can hide or reorder what a person reads; they are shown, not obeyed.
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/**
 * Makes hostile text fit to be looked at: characters that act instead of showing become `\u{hex}`. Newlines and tabs stay.
 * @param limit longest result in UTF-16 units; what is cut is said
 */
export function visibleText(text: string, limit = Number.POSITIVE_INFINITY): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text
  return cut.replace(unseen, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
}

/** As `visibleText`, on one line: for labels, tooltips and cells. */
export function visibleLine(text: string, limit = 200): string {
  return visibleText(text.slice(0, limit + 1), limit).replace(/[\n\t]+/g, ' ')
}
