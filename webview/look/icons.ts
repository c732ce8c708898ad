import { html } from 'lit'
import type { TemplateResult } from 'lit'

// Style sheets do not reach into shadow roots but fonts do, so icons are characters of the codicon font. A test compares this
// table with the font's own.
export const icons = {
  add: '\uea60',
  'arrow-down': '\uea9a',
  'arrow-left': '\uea9b',
  'arrow-swap': '\uebcb',
  'arrow-up': '\ueaa1',
  bookmark: '\ueaa5',
  'chevron-down': '\ueab4',
  'chevron-left': '\ueab5',
  'chevron-right': '\ueab6',
  'circle-filled': '\uea71',
  'circle-outline': '\ueabc',
  'circle-slash': '\ueabd',
  close: '\uea76',
  copy: '\uebcc',
  'debug-alt': '\ueb91',
  'debug-disconnect': '\uead0',
  'debug-pause': '\uead1',
  'debug-restart': '\uead2',
  edit: '\uea73',
  error: '\uea87',
  export: '\uebac',
  filter: '\ueaf1',
  'git-commit': '\ueafc',
  'go-to-file': '\uea94',
  history: '\uea82',
  inbox: '\ueb09',
  info: '\uea74',
  json: '\ueb0f',
  key: '\ueb11',
  link: '\ueb15',
  'list-selection': '\ueb85',
  loading: '\ueb19',
  pass: '\ueba4',
  play: '\ueb2c',
  'play-circle': '\ueba6',
  plug: '\ueb2d',
  pulse: '\ueb31',
  question: '\ueb32',
  reply: '\uea7d',
  refresh: '\ueb37',
  rocket: '\ueb44',
  'screen-full': '\ueb4c',
  record: '\ueba7',
  search: '\uea6d',
  server: '\ueb50',
  trash: '\uea81',
  warning: '\uea6c',
  'zoom-in': '\ueb81',
  'zoom-out': '\ueb82',
  check: '\ueab2',
} as const

export type IconName = keyof typeof icons

/** One icon, hidden from screen readers: words stand beside it or in a label. */
export function icon(name: IconName, extra = ''): TemplateResult {
  return html`<span class="icon ${extra}" aria-hidden="true">${icons[name]}</span>`
}
