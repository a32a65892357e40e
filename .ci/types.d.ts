// Types of the pages' scripts that no request tells. Those of the server are made from its OpenAPI
// document by tests/typedefs.py: Order, Payment, Settings, Product, …

type Child = Node | string | null | undefined;
type Handler<E extends Event = any> = (event: E) => unknown;
type Props = { data?: Record<string, unknown> } & {
  [on in `on${keyof GlobalEventHandlersEventMap}`]?: on extends `on${infer Type extends keyof GlobalEventHandlersEventMap}`
    ? Handler<GlobalEventHandlersEventMap[Type]>
    : never;
} & { [attribute: string]: unknown };
/** `h` of lib/dom: an element from its tag, attributes and children. */
type MakeElement = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, props?: Props, ...children: Child[]
) => HTMLElementTagNameMap[Tag];

/** `call` of lib/api: what a route takes and answers follows from its method and path. */
type Call = <Method extends string, Path extends string>(
  method: Method, path: Path, options?: CallOptions<Route<`${Method} ${Path}`>["json"]>,
) => Promise<Route<`${Method} ${Path}`>["answer"]>;
type CallOptions<Json = unknown> = {
  json?: Json; form?: FormData; key?: string; user?: string; timeout?: number; isPreloaded?: boolean;
  headers?: Record<string, string>;
};

/** The body of a refusal: a Problem, or whatever a proxy puts in its place. */
type Refusal = { code?: string; detail?: string; errors?: Record<string, string[]> };

/** What stands in a list, and how it follows its item. */
type Card<Item> = { node: HTMLElement; update: (item: Item) => void };
/** How a KeyedList of lib/dom names, orders and makes what it shows. */
type Listing<Item> = {
  key: (item: Item) => string;
  compare: (one: Item, other: Item) => number;
  create: (item: Item) => Card<Item>;
  empty?: HTMLElement | null;
};

/** A labelled field of lib/forms, with its input. */
type Field = HTMLDivElement & { input: HTMLInputElement | HTMLSelectElement; value: string };
type FieldProps = { options?: string[][] | null; hint?: string | null } & Props;
type FormParts<Answer> = {
  fields: Child[]; action: string; send: () => Promise<Answer>; done: (answer: Answer) => void; kind?: string;
};

/** Who works here, and how the house is configured. */
type Begun = { user: User; settings: Settings };
type Role = User["role"];

/** What house/stream is made of: the tabs' common name, and whom it tells. */
type StreamParts = {
  name: string; path: string; position: () => number | null;
  onEvent: (type: string, id: number, data: string) => void;
  onOpen: () => void; onLost: (isOver: boolean) => void; onSilent: () => void; onAlive: (when: Mark) => void;
  onGap: (id: number) => void; onDoubt: () => void; onEnded: () => void;
};
/** What tabs say to each other; `Word` is the holder's. */
type Holder = { since: number; id: string };
type Word = { holder: Holder; after: number; age: number | null; sent: number };
type Said = { is: "ask" } | { is: "doubt" } | { is: "ended" } | { is: "left"; holder: Holder }
  | ({ is: "here" } & Word) | ({ is: "event" } & Word & News);

/** An event as it comes from the stream: its content is still text. */
type News = { type: string; id: number; data: string };

/** One transaction on a table of the browser's database; see lib/shelf. */
type OnShelf = <Found>(
  mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<Found>, options?: IDBTransactionOptions,
) => Promise<Found | null | undefined>;

/** A transaction over several stores; see lib/storage. */
type Transact = (
  database: IDBDatabase, names: string[], mode: IDBTransactionMode,
  work: (...stores: IDBObjectStore[]) => IDBRequest | void, options?: IDBTransactionOptions,
) => Promise<any>;
/** A tab of lib/tabs, with what stands under it. */
type Tab = { name: string; word: string; icon?: string; isCounted?: boolean; content?: Node[] };
/** Hears the server's answer to a change of an order. */
type OnAnswer = (answer: Route<"PUT /orders/1/status">["answer"]) => void;

/** What house/live is made of: what to fetch, and whom to tell of what. */
type OrdersPath = "/orders" | `/orders?${string}`;
type LiveParts = {
  role: string; snapshots?: (OrdersPath | (() => OrdersPath))[];
  onReset: (orders: Map<string, Order>, before: Map<string, Order>) => void;
  onOrder: (order: Order, before: Order | undefined) => void;
  onState: (state: LinkState) => void;
  on?: { [type in keyof Events]?: (content: Events[type], id: number) => void };
};

/** What a dialog of house/reasons asks. */
type Question = {
  label: string; heading: Child[]; before?: Child[]; legend: string; reasons: string[]; action: string; kind?: string;
};

/** Values of the URL's query; null takes one out. */
type PageAddress = Record<string, string | null>;

/** A moment by the server's clock, and by this device's own. */
type Mark = { at: number; here?: number };
type LinkState = "online" | "connecting" | "offline";

interface Window {
  webkitAudioContext?: typeof AudioContext;
  trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string } };
}
declare var webkitAudioContext: typeof AudioContext | undefined;
declare var trustedTypes: Window["trustedTypes"];

// The cashier's page

/** A payment with the orders that it pays, beside the fields of the first. */
type Charged = Order & { payment: Payment; bill: Order[]; others: Order[] };
type PhotoState = "loading" | "shown" | "none" | "slow" | "preparing" | "failed";
/** The warnings of a payment and its examination; the warnings of `news` flash once. */
type Findings = { node: HTMLElement; update: (payment: Payment, news: Suspicion[]) => void };
/** A field of a proof in words; `orderId` is the other order with the same number. */
type ReadingLine = {
  name: ReadField["name"]; label: string; value: string; copied: string; mark: "✓" | "⚠" | "";
  tone: "done" | "wait" | "late" | ""; words: string; orderId: string | null; note: string; box: Box | null;
};
type ReadingParts = {
  photo: HTMLElement; hold?: (act: () => void) => void; onFields?: (fields: ReadField[]) => void;
};
type KnownToCopy = { payment: Payment; fields: ReadField[]; accounts: Account[] };
type FieldOf = (name: ReadField["name"]) => ReadField | undefined;
type Checking = { node: HTMLElement; update: (payment: Payment, fields?: ReadField[]) => void };
/** A value that a bank's page asks for, as it is shown and as it is copied; "" if it is unknown. */
type ToCopy = { name: string; shown: string; copied: string };
/** What is known of money that has no deposit; `act` shows the deposits that it may be. */
type MoneyHint = { words: string; act: (() => void) | null; isOfPhone?: boolean };
type MoneyHints = {
  hintOf: (payment: Payment) => MoneyHint | null; untieOf: (payment: Payment) => HTMLElement | null;
};
/** What caja/deposits asks of the page, and tells it. */
type DepositsParts = {
  bar: HTMLElement; patience: { silent_minutes: number; overdue_seconds: number };
  isOwn: (payment: Payment) => boolean; isOnline: () => boolean; onChange: () => void;
  known: (payment: Payment) => Charged | undefined;
};
type FirstDeposits = { deposits: Deposit[]; phone: BankPhone; last_event_id: string };
type DepositChoice = {
  payment: Payment; find: () => { near: Deposit[]; others: Deposit[] } | null;
  tie: (deposit: Deposit) => Promise<boolean>; onClose: () => void;
};
type DetailParts = {
  money: MoneyHints;
  me: string; isOwn: (payment: Payment) => boolean; accounts: () => Promise<Account[]>;
  methods: Method[]; learn: OnAnswer;
};
type DetailActs = { onApprove: () => void; onReject: () => void; onClose: () => void; onNext: () => void };
type SearchActs = { onChange: (text: string) => void; onOpen: () => void; onDown: () => void };
type Reconciled = Pick<Reconciliation, "payments" | "deposits" | "sides" | "people" | "readings" | "warnings">;
/** A list of the Conciliación. */
type View = "sin_ingreso" | "sin_pago" | "unidos" | "todos";
type DepositParts = { candidatesOf: (deposit: Deposit) => ReconciledPayment[]; nameOf: NameOf; onTied: () => void };
type MethodFigures = {
  method: string; count: number; total: number; tips: number; missing: number; lacking: number; isLate: boolean;
};
type RowParts = {
  mark: (found: boolean) => Promise<boolean>;
  isLate: (payment: ReconciledPayment) => boolean;
  letGo: (payment: ReconciledPayment) => Promise<void>;
  nameOf: (username: string | null) => string;
};
type Verdict = NewVerdict["verdict"];
/** What caja/verdicts judges, and whom it tells of what came of that. */
type VerdictParts = {
  detail: import("../static/js/caja/detail.js").Detail; username: string;
  known: (payment: Payment) => Charged | undefined; learn: OnAnswer; onDone: () => void;
};
/** How well something fits what is looked for: 0 is best, null is not at all. */
type Fit<Thing> = (thing: Thing) => number | null;
type NameOf = (username: string | null) => string;
/** What caja/matching compares: of an order or a payment, and of what somebody typed. */
type Described = { ids: string[]; tables: string[]; amounts: string[][]; references: string[]; names: string[] };
type Asked = {
  word: string; number: string; amounts: { whole: string; cents: string }[]; hasSign: boolean; isMoney: boolean;
  table?: string; id?: string;
};
type Sentence = { moneys: Asked[]; letters: string };

// Bills

/** What has a table or a customer: an order, a notice, a part of a payment. */
type Placed = { table_number?: number | null; customer?: string | null };
/** The open orders of one table or customer, the oldest first. */
type Bill = { id: string; orders: Order[] };
/** How the house writes money: part of its settings. */
type MoneyFormat = { currency: string; currency_after?: boolean; decimals?: number; decimal_mark?: string };
type PaymentActs = ClaimActs & {
  retry: (payment: Payment) => void; withdraw: (payment: Payment) => Promise<void>;
};
/** Who corrects a payment, the house's methods, and who hears the server's answer. */
type ClaimActs = { username: string; methods: Method[]; learn: OnAnswer };
type ClaimFields = { reference: boolean; amount: boolean };
/** What was typed of a correction, for a reload. */
type ClaimNote = { id: string; reference: string; amount: string };
type ClaimParts = {
  fields: ClaimFields; method: Method | undefined; learn: OnAnswer; typed?: ClaimNote | null; onClose: () => void;
};
/** The open dialog of a correction; `ask()` fetches the payment that the page no longer has. */
type OpenClaim = {
  paymentId: string; orderIds: string[]; update: (payment: Payment) => void; ask: () => Promise<void>;
};
/** `known(id)` is the page's order now, if the page has it. */
type CorrectionActs = { role: Role; learn: OnAnswer; known: (id: string) => Order | undefined };
/** `isAsShown(orders)` tells whether nobody has changed them since they were shown. */
type Checked = { done: OnAnswer; isAsShown: (orders: Order[]) => boolean };
/** `codeOf` resolves to an account's QR code as SVG, or to null while the device has none. */
type PayDataParts = {
  amount: number; accounts: Account[]; codeOf: (account: Account) => Promise<string | null>; order: Order;
};
/** A typed amount as it was read, in hundredths, or why it can't be read. */
type Amount = { hundredths: number; error?: undefined } | { error: string; hundredths?: undefined };
/** How a country writes money, its usual tips and the most that its law lets be suggested, in per cent, and what the law says. */
type Country = Required<MoneyFormat> & { code: string; name: string; tips: number[]; most?: number; law: string };
