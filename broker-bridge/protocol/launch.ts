/**
 * Flags for the Node that runs the bridge. A small young generation keeps 100,000 tasks in two thirds of the memory and costs
 * no time: what an event leaves behind lives for seconds or for hours, hardly ever in between. A heap that may be large from the
 * start is not marked over and over while it grows; without this, a tenth of the time goes into that.
 */
export const bridgeFlags: readonly string[] = ['--max-semi-space-size=4', '--initial-heap-size=200']
