/** Milliseconds: a page that nobody sees gets no frames. */
const hiddenPace = 250

/** Pictures may come faster than frames: however often the answer is called, `fire` runs once per frame at most. */
export function oncePerFrame(fire: () => void): () => void {
  let scheduled = false
  const run = (): void => {
    scheduled = false
    fire()
  }
  return () => {
    if (scheduled) return
    scheduled = true
    if (document.hidden) setTimeout(run, hiddenPace)
    else requestAnimationFrame(run)
  }
}
