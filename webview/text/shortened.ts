/** Why a text of Celery's may lack its end; shown wherever `isShortened` holds. */
export const shortenedReason =
  'Shortened by Celery: workers cut the texts of arguments and results in their events (argsrepr_maxsize, resultrepr_maxsize). What is missing never reached Warren.'

/** True when a display text of Celery's contains the dots it writes where it cut something. */
export function isShortened(text: string | null): boolean {
  return text?.includes('...') ?? false
}
