/** Moves what is seen of a large graph with the mouse; fingers and wheels scroll by themselves. */
export function dragToScroll(event: PointerEvent): void {
  const view = event.currentTarget
  const [target] = event.composedPath()
  const onNode = target instanceof Element && target.closest('.node') !== null
  if (!(view instanceof HTMLElement) || onNode || event.button !== 0 || event.pointerType !== 'mouse') return
  const begin = { left: view.scrollLeft + event.clientX, top: view.scrollTop + event.clientY }
  const move = ({ clientX, clientY }: PointerEvent): void => view.scrollTo(begin.left - clientX, begin.top - clientY)
  const end = (): void => {
    view.classList.remove('moving')
    view.removeEventListener('pointermove', move)
  }
  view.setPointerCapture(event.pointerId)
  view.classList.add('moving')
  view.addEventListener('pointermove', move)
  view.addEventListener('lostpointercapture', end, { once: true })
}
