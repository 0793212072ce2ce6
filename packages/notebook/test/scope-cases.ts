/** Cells that run one after another in a fresh part of one scope, and what the last one shows. */
export interface ScopeCase {
  readonly fact: string;
  readonly cells: readonly string[];
  /** Text of the last cell's value. */
  readonly value: string;
}

export const scopeCases: readonly ScopeCase[] = [
  {
    fact: "a function sees what a later cell sets (shared/trials: stale-closure)",
    cells: [
      "let rate = 0.1;\nfunction price(n: number) { return n * (1 + rate) }",
      "rate = 0.5;\nprice(100)",
    ],
    value: "150",
  },
  {
    fact: "a shorthand property takes a name of an earlier cell (shared/trials: shorthand)",
    cells: ["const total = 7; const label = 'x'", "({ total, label })"],
    value: "{ total: 7, label: 'x' }",
  },
  {
    fact: "an export is a declaration (shared/trials: export)",
    cells: ["export const ex = 5; ex"],
    value: "5",
  },
  {
    fact: "JSX calls the createElement of an earlier cell, beside a type assertion of another",
    cells: [
      "const React = { createElement: (tag: string, props: object, ...inner: unknown[]) => ({ tag, props, inner }) }; const one = <number>1",
      "<p title='x'>{one + 1}</p>",
    ],
    value: "{ tag: 'p', props: { title: 'x' }, inner: [ 2 ] }",
  },
  {
    fact: "an arrow function of an earlier cell sees a counter move",
    cells: ["let hits = 0; const hit = () => ++hits", "hit(); hit()", "hits"],
    value: "2",
  },
  {
    fact: "closures of a loop keep each its own variable",
    cells: [
      "const each: (() => number)[] = []; for (let i = 0; i < 3; i++) each.push(() => i)",
      "each.map((f) => f())",
    ],
    value: "[ 0, 1, 2 ]",
  },
  {
    fact: "closures of a loop over var share one, which later cells have too",
    cells: [
      "const all: (() => number)[] = []; for (var v = 0; v < 3; v++) all.push(() => v)",
      "v = 9; all.map((f) => f())",
    ],
    value: "[ 9, 9, 9 ]",
  },
  {
    fact: "a function that is declared again is the new one for its earlier callers",
    cells: [
      "function step(n: number) { return n + 1 }\nfunction twice(n: number) { return step(step(n)) }",
      "function step(n: number) { return n * 10 }",
      "twice(2)",
    ],
    value: "200",
  },
  {
    fact: "a class that is declared again leaves objects of the earlier one alone",
    cells: [
      "class Animal { speak() { return 'a' } }\nconst old = new Animal()",
      "class Animal { speak() { return 'b' } }",
      "[old.speak(), new Animal().speak(), old instanceof Animal]",
    ],
    value: "[ 'a', 'b', false ]",
  },
  {
    fact: "a function is hoisted over its use",
    cells: ["const early = shout('x'); function shout(s: string) { return s + '!' } early"],
    value: "x!",
  },
  {
    fact: "functions that call each other are hoisted together",
    cells: [
      "const seven = isOdd(7); function isOdd(n: number): boolean { return n !== 0 && isEven(n - 1) }\nfunction isEven(n: number): boolean { return n === 0 || isOdd(n - 1) }",
      "[seven, isEven(10)]",
    ],
    value: "[ true, true ]",
  },
  {
    fact: "an import that is used as a type only loads nothing",
    cells: [
      "import { Shape } from './only-types';\nconst s: Shape = { sides: 3 }",
      "const t: Shape = { sides: 4 }; s.sides + t.sides",
    ],
    value: "7",
  },
  {
    fact: "imports may be declared again under the same name from another module",
    cells: [
      "import { join as glue } from 'node:path'; glue('a', 'b')",
      "import { basename as glue } from 'node:path'; glue('a/c')",
    ],
    value: "c",
  },
  {
    fact: "a generator goes on in a later cell",
    cells: [
      "function* count() { let n = 0; while (true) yield n++ }\nconst counting = count(); counting.next()",
      "counting.next(); counting.next().value",
    ],
    value: "2",
  },
  {
    fact: "a getter reads what a later cell sets",
    cells: ["let base = 1; const box = { get value() { return base * 2 } }", "base = 21", "box.value"],
    value: "42",
  },
  {
    fact: "an async closure sees what was set while it waited",
    cells: [
      "let state = 'before'; let go!: (v: unknown) => void; const later = (async () => { await new Promise((r) => (go = r)); return state })()",
      "state = 'after'; go(0); await later",
    ],
    value: "after",
  },
  {
    fact: "for await works at the top",
    cells: [
      "let sum = 0; async function* numbers() { yield 1; yield 2 }\nfor await (const n of numbers()) sum += n",
      "sum",
    ],
    value: "3",
  },
  {
    fact: "destructuring with defaults and rests declares",
    cells: [
      "const { a: first, b: [second = 2], ...others } = { a: 1, b: [] as number[], c: 3, d: 4 }",
      "[first, second, others]",
    ],
    value: "[ 1, 2, { c: 3, d: 4 } ]",
  },
  {
    fact: "enums and namespaces live on, and an enum may be declared again",
    cells: [
      "enum Colour { Red, Green }\nnamespace Geometry { export const sides = 4; export type Side = number }",
      "const side: Geometry.Side = Geometry.sides; [Colour.Green, Colour[0], side]",
      "enum Colour { Blue = 7 }",
      "Colour.Blue",
    ],
    value: "7",
  },
  {
    fact: "a name of Node's is the cells' own, and fetch and packages keep theirs",
    cells: [
      "const URL = 'mine'; function Buffer() { return URL }",
      "[URL, Buffer(), new (globalThis as any).URL('http://x/').host]",
    ],
    value: "[ 'mine', 'mine', 'x' ]",
  },
  {
    fact: "a shadowed name is renamed in patterns, shorthands and parameters rightly",
    cells: [
      "const { process, fetch = 3 } = { process: 1 } as any;",
      "const f = (fetch: number) => ({ fetch, process }); f(5)",
    ],
    value: "{ fetch: 5, process: 1 }",
  },
  {
    fact: "a type of the same name as a value of another cell goes beside it",
    cells: [
      "interface Road { length: number }",
      "const Road = (length: number): Road => ({ length })",
      "const r: Road = Road(3); r",
    ],
    value: "{ length: 3 }",
  },
  {
    fact: "generic functions, overloads and literal types keep their types",
    cells: [
      "function pick<T, K extends keyof T>(o: T, k: K): T[K] { return o[k] }\nconst mode = 'fast'",
      "let changing = mode; changing = 'slow'; const n: number = pick({ n: 1 }, 'n'); [changing, n]",
    ],
    value: "[ 'slow', 1 ]",
  },
  {
    fact: "var inside of a block is the whole scope's, and a function in a block is the block's",
    cells: [
      "if (true) { var inside = 1; function hidden() { return 2 } inside += hidden() }",
      "[inside, typeof (globalThis as any).hidden]",
    ],
    value: "[ 3, 'undefined' ]",
  },
  {
    fact: "import() and require, import.meta and __dirname are there",
    cells: [
      "const path = await import('node:path'); const { sep } = require('node:path')",
      "[path.sep === sep, import.meta.dirname === __dirname, path.default.basename(__filename)]",
    ],
    value: "[ true, true, 'notebook.js' ]",
  },
  {
    fact: "JSON and TypeScript beside the notebook are imported, with their types, also by whole names",
    cells: [
      "import data from './data.json'; import { double } from './double'",
      "import again from './data.json' with { type: 'json' }; import { double as twice } from './double.ts'",
      "[double(data.n), twice(again.n)]",
    ],
    value: "[ 42, 42 ]",
  },
  {
    fact: "a module cell is a file for others",
    cells: [
      "/** @module shapes */\nexport const corners = 4;",
      "import { corners } from './shapes'; corners * 2",
    ],
    value: "8",
  },
  {
    fact: "decorators, parameter properties and private members work",
    cells: [
      "function tag(target: any) { target.tagged = true }\n@tag class Marked { #secret = 5; constructor(readonly n: number) {} get sum() { return this.#secret + this.n } }",
      "[(Marked as any).tagged, new Marked(2).sum]",
    ],
    value: "[ true, 7 ]",
  },
  {
    fact: "using disposes at the cell's end",
    cells: [
      "const log: string[] = []; { using held = { [Symbol.dispose]() { log.push('freed') } }; log.push(typeof held) }",
      "log",
    ],
    value: "[ 'object', 'freed' ]",
  },
  {
    fact: "a default export is an expression, and labels work at the top",
    cells: [
      "outer: for (let i = 0; ; i++) for (let j = 0; ; j++) if (i + j > 3) break outer;",
      "export default 1 + 1",
    ],
    value: "2",
  },
  {
    fact: "recursion finds itself, also under a new definition",
    cells: [
      "function fact(n: number): number { return n < 2 ? 1 : n * fact(n - 1) }",
      "const saved = fact",
      "function fact(n: number): number { return -1 }",
      "saved(5)",
    ],
    value: "-5",
  },
];
