import { noChange } from 'lit'
import { Directive, PartType, directive } from 'lit/directive.js'
import type { ElementPart, PartInfo } from 'lit/directive.js'

/** Sets single style properties through the CSSOM: a `style` attribute would need `unsafe-inline`, and Lit's styleMap writes one. */
class Place extends Directive {
  constructor(part: PartInfo) {
    super(part)
    if (part.type !== PartType.ELEMENT) throw new Error('place() belongs into the tag of an element, as in <div ${place(…)}>.')
  }

  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- Lit derives the directive's parameters from this signature
  render(_styles: Readonly<Record<string, string>>): typeof noChange {
    return noChange
  }

  override update(part: ElementPart, [styles]: [Readonly<Record<string, string>>]): typeof noChange {
    if (!(part.element instanceof HTMLElement)) return noChange
    for (const [name, value] of Object.entries(styles)) part.element.style.setProperty(name, value)
    return noChange
  }
}

export const place = directive(Place)
