/** A stretch of the text, in UTF-16 units. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** `f(1, x=2)`. What is unpacked by `*` or `**` is left out, and `unpacks` says so. */
export interface Call extends Span {
  readonly kind: 'call'
  readonly callee: Expression
  readonly args: readonly Expression[]
  readonly keywords: readonly Keyword[]
  readonly unpacks: boolean
}

export interface Keyword extends Span {
  readonly name: string
  readonly value: Expression
}

/** `value` is null for what is unpacked by `**`. */
export interface Entry {
  readonly key: Expression
  readonly value: Expression
}

/** As much of an expression as can be told without running it. Numbers keep their digits; `other` is anything else. */
export type Expression =
  | Call
  | (Span & { readonly kind: 'string'; readonly value: string })
  | (Span & { readonly kind: 'number'; readonly text: string })
  | (Span & { readonly kind: 'boolean'; readonly value: boolean })
  | (Span & { readonly kind: 'none' })
  /** A name, or names joined by dots: `app.conf`. */
  | (Span & { readonly kind: 'name'; readonly name: string })
  /** An attribute of what is no name: `f().x`. */
  | (Span & { readonly kind: 'attribute'; readonly of: Expression; readonly name: string })
  /** `conf['x']`. */
  | (Span & { readonly kind: 'item'; readonly of: Expression; readonly key: Expression })
  | (Span & { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[]; readonly unpacks: boolean })
  | (Span & { readonly kind: 'dictionary'; readonly entries: readonly Entry[]; readonly unpacks: boolean })
  | (Span & { readonly kind: 'other' })

/** Where something stands. */
export interface Place extends Span {
  /** Names of the classes and functions around it, the outermost first; empty at the level of the module. */
  readonly within: readonly string[]
  /** Whether it stands in an `if`, `try`, `for` or the like of these, so that it may never run. */
  readonly conditional: boolean
}

/** `target = value`, also `target: type = value`; `a = b = 1` is two. Neither `a, b = …` nor `a += …` is one. */
export interface Assignment extends Place {
  readonly target: Expression
  readonly value: Expression
}

export type ParameterKind = 'positional' | 'usual' | 'rest' | 'keyword' | 'keywords'

/** `rest` is `*args`, `keywords` is `**kwargs`; `positional` stands before a `/`, `keyword` after a `*`. */
export interface Parameter extends Span {
  readonly name: string
  readonly kind: ParameterKind
  /** As written; null without one. */
  readonly annotation: string | null
  readonly standard: Expression | null
}

/** `def`. The span is that of the statement without its decorators. */
export interface FunctionDefinition extends Place {
  readonly name: string
  readonly nameSpan: Span
  /** Names or calls, as they are written from the top. */
  readonly decorators: readonly Expression[]
  readonly parameters: readonly Parameter[]
  readonly isAsync: boolean
}

export interface ClassDefinition extends Place {
  readonly name: string
  readonly nameSpan: Span
  readonly decorators: readonly Expression[]
  readonly bases: readonly Expression[]
}

/** A call that is a statement of its own. */
export interface CallStatement extends Place {
  readonly call: Call
}

/** One name that an import binds. `from a.b import c as d` is module `a.b`, name `c`, as `d`; the name of `import a.b` is null. */
export interface Import extends Place {
  /** With its leading dots, where it is relative. */
  readonly module: string
  readonly name: string | null
  readonly as: string
}

/** What a file of Python says at a glance, each in the order of the text. */
export interface PythonModule {
  readonly imports: readonly Import[]
  readonly assignments: readonly Assignment[]
  readonly functions: readonly FunctionDefinition[]
  readonly classes: readonly ClassDefinition[]
  readonly callStatements: readonly CallStatement[]
  /** Every call, also those within others; decorators are none. */
  readonly calls: readonly Call[]
}
