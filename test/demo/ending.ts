/**
 * Resolves when somebody wants this program to end: Ctrl-C, SIGTERM (also when the program that started it is gone, see
 * bootstrap.mjs), or a closed terminal. A Ctrl-C can arrive more than once, from the terminal and from npm; all but the first are
 * ignored.
 */
export function ending(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal))
  })
}
