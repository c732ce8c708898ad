/** The outcome, or `late` after so many milliseconds: amqplib itself waits for an answer without end. */
export async function withDeadline<T>(outcome: Promise<T>, milliseconds: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), milliseconds)
  })
  return Promise.race([outcome, late]).finally(() => clearTimeout(timer))
}
