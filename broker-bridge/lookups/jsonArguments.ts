/** Whether these texts are arguments as JSON, a list and an object, and not Python's own display of them. */
export function areJsonArguments(args: string | null, kwargs: string | null): boolean {
  const [list, names] = [parsed(args), parsed(kwargs)]
  return Array.isArray(list) && typeof names === 'object' && names !== null && !Array.isArray(names)
}

function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
