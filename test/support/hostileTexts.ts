/** Texts that try to act instead of being shown. Marked so that a test can see whether one of them got through. */
export const markup = [
  `<script>window.hurt = 'script'</script>`,
  `<img src=x onerror="window.hurt='img'">`,
  `"><svg/onload=window.hurt='svg'>`,
  `<iframe srcdoc="<script>parent.hurt='iframe'</script>"></iframe>`,
  `<a href="javascript:window.hurt='link'">click</a>`,
  `'-window.hurt=1-'`,
  '${window.hurt=1}',
  '{{constructor.constructor("window.hurt=1")()}}',
  '<style>*{display:none!important}</style>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
  '<!--<lit-part>-->?lit$123$',
  '$(zap) [link](command:workbench.action.quit)',
] as const

const escape = String.fromCharCode(27)

/** Characters that hide or reorder what a person reads. */
export const acting = [
  `${escape}[31mred${escape}[2J${escape}]0;title${String.fromCharCode(7)}`,
  'user\u202Egnp.exe',
  '\u2066isolated\u2069 zero\u200bwidth \ufeffmark',
  'nul\u0000 bell\u0007 back\u0008',
  'lone \ud800 surrogate',
  '__proto__',
  'constructor',
] as const

export const hugeLine = 'x'.repeat(1_000_000)
