/**
 * Milliseconds of processor time that something takes in this thread. Unlike time on the clock they do not grow with what else the
 * machine does.
 */
export function cpuTime(act: () => void): number {
  const before = process.threadCpuUsage()
  act()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}
