/** What follows an operation's byte. */
export type Operand =
  | 'none'
  | 'u1'
  | 'u2'
  | 'i4'
  | 'u4'
  | 'u8'
  | 'f8'
  | 'line'
  | 'lines'
  | 'text1'
  | 'text4'
  | 'text8'
  | 'bytes1'
  | 'bytes4'
  | 'bytes8'
  | 'long1'
  | 'long4'

const letter = (character: string): number => character.charCodeAt(0)

/** The operations of pickle's protocols 0 to 5, by Python's names in `pickletools` (Python 3.11). */
export const operations: ReadonlyMap<number, readonly [string, Operand]> = new Map([
  [letter('I'), ['INT', 'line']],
  [letter('J'), ['BININT', 'i4']],
  [letter('K'), ['BININT1', 'u1']],
  [letter('M'), ['BININT2', 'u2']],
  [letter('L'), ['LONG', 'line']],
  [0x8a, ['LONG1', 'long1']],
  [0x8b, ['LONG4', 'long4']],
  [letter('S'), ['STRING', 'line']],
  [letter('T'), ['BINSTRING', 'bytes4']],
  [letter('U'), ['SHORT_BINSTRING', 'bytes1']],
  [letter('B'), ['BINBYTES', 'bytes4']],
  [letter('C'), ['SHORT_BINBYTES', 'bytes1']],
  [0x8e, ['BINBYTES8', 'bytes8']],
  [0x96, ['BYTEARRAY8', 'bytes8']],
  [0x97, ['NEXT_BUFFER', 'none']],
  [0x98, ['READONLY_BUFFER', 'none']],
  [letter('N'), ['NONE', 'none']],
  [0x88, ['NEWTRUE', 'none']],
  [0x89, ['NEWFALSE', 'none']],
  [letter('V'), ['UNICODE', 'line']],
  [0x8c, ['SHORT_BINUNICODE', 'text1']],
  [letter('X'), ['BINUNICODE', 'text4']],
  [0x8d, ['BINUNICODE8', 'text8']],
  [letter('F'), ['FLOAT', 'line']],
  [letter('G'), ['BINFLOAT', 'f8']],
  [letter(']'), ['EMPTY_LIST', 'none']],
  [letter('a'), ['APPEND', 'none']],
  [letter('e'), ['APPENDS', 'none']],
  [letter('l'), ['LIST', 'none']],
  [letter(')'), ['EMPTY_TUPLE', 'none']],
  [letter('t'), ['TUPLE', 'none']],
  [0x85, ['TUPLE1', 'none']],
  [0x86, ['TUPLE2', 'none']],
  [0x87, ['TUPLE3', 'none']],
  [letter('}'), ['EMPTY_DICT', 'none']],
  [letter('d'), ['DICT', 'none']],
  [letter('s'), ['SETITEM', 'none']],
  [letter('u'), ['SETITEMS', 'none']],
  [0x8f, ['EMPTY_SET', 'none']],
  [0x90, ['ADDITEMS', 'none']],
  [0x91, ['FROZENSET', 'none']],
  [letter('0'), ['POP', 'none']],
  [letter('2'), ['DUP', 'none']],
  [letter('('), ['MARK', 'none']],
  [letter('1'), ['POP_MARK', 'none']],
  [letter('g'), ['GET', 'line']],
  [letter('h'), ['BINGET', 'u1']],
  [letter('j'), ['LONG_BINGET', 'u4']],
  [letter('p'), ['PUT', 'line']],
  [letter('q'), ['BINPUT', 'u1']],
  [letter('r'), ['LONG_BINPUT', 'u4']],
  [0x94, ['MEMOIZE', 'none']],
  [0x82, ['EXT1', 'u1']],
  [0x83, ['EXT2', 'u2']],
  [0x84, ['EXT4', 'i4']],
  [letter('c'), ['GLOBAL', 'lines']],
  [0x93, ['STACK_GLOBAL', 'none']],
  [letter('R'), ['REDUCE', 'none']],
  [letter('b'), ['BUILD', 'none']],
  [letter('i'), ['INST', 'lines']],
  [letter('o'), ['OBJ', 'none']],
  [0x81, ['NEWOBJ', 'none']],
  [0x92, ['NEWOBJ_EX', 'none']],
  [0x80, ['PROTO', 'u1']],
  [letter('.'), ['STOP', 'none']],
  [0x95, ['FRAME', 'u8']],
  [letter('P'), ['PERSID', 'line']],
  [letter('Q'), ['BINPERSID', 'none']],
])
