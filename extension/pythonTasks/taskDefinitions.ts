import type { Expression, FunctionDefinition, Parameter } from '../python/module.ts'
import { readPython } from '../python/readPython.ts'

/** A task that a file of the workspace defines. */
export interface TaskDefinition {
  /** Name its decorator gives it; null where Celery makes one of module and function. */
  readonly given: string | null
  /** `shop.orders.tasks.charge` as far as the path tells: folders above the import root may stand before it. */
  readonly dotted: string
  readonly path: string
  /** Where the function's name stands, in UTF-16 units. */
  readonly from: number
  readonly parameters: readonly Parameter[]
}

/** Decorators that make tasks: `@shared_task`, `@app.task`, `@celery.task(bind=True)`, and those of Django's own tasks and others. */
const decorators = new Set(['shared_task', 'task', 'periodic_task'])

/** The tasks a file of Python defines at its top level. Never throws. @param path below the workspace, with slashes */
export function readTaskDefinitions(path: string, text: string): TaskDefinition[] {
  if (!text.includes('task')) return []
  const module = modulePath(path)
  return readPython(text).functions.flatMap((definition) => {
    const decorator = definition.within.length === 0 ? definition.decorators.find(isTaskDecorator) : undefined
    return decorator === undefined ? [] : [toTask(path, module, definition, decorator)]
  })
}

function toTask(path: string, module: string, definition: FunctionDefinition, decorator: Expression): TaskDefinition {
  const bound = keyword(decorator, 'bind')
  const takesSelf = bound?.kind === 'boolean' && bound.value
  const name = keyword(decorator, 'name')
  return {
    given: name?.kind === 'string' ? name.value : null,
    dotted: `${module}.${definition.name}`,
    path,
    from: definition.nameSpan.from,
    parameters: takesSelf ? definition.parameters.slice(1) : definition.parameters,
  }
}

function isTaskDecorator(decorator: Expression): boolean {
  const called = decorator.kind === 'call' ? decorator.callee : decorator
  return called.kind === 'name' && decorators.has(called.name.split('.').at(-1) ?? '')
}

function keyword(decorator: Expression, name: string): Expression | undefined {
  return decorator.kind === 'call' ? decorator.keywords.find((one) => one.name === name)?.value : undefined
}

/** `src/shop/tasks/__init__.py` is `src.shop.tasks`. */
function modulePath(path: string): string {
  return path
    .replace(/\.py$/, '')
    .replace(/\/__init__$/, '')
    .replaceAll('/', '.')
}

/** The definition of a task that workers registered under this name; of several that fit, the one whose path says most of it. */
export function definitionOf(name: string, definitions: readonly TaskDefinition[]): TaskDefinition | undefined {
  const given = definitions.find((definition) => definition.given === name)
  if (given) return given
  return definitions.find(({ given: other, dotted }) => other === null && (dotted === name || dotted.endsWith(`.${name}`)))
}
