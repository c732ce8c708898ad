const byLanguage: Readonly<Record<string, string>> = { yaml: 'application/x-yaml', xml: 'application/xml' }

/** What a body calls itself: JSON where it is JSON, else what the editor's language says. */
export function contentTypeOf(body: string, language: string): string {
  return isJson(body) ? 'application/json' : (byLanguage[language] ?? 'text/plain')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
