// Types that only .ci/tsconfig.pages.json checks: they name scripts that are not strict yet.

// The waiter's page

type Outbox = import("../static/js/mesero/outbox.js").Outbox;
/** A line of an order that is being written: the same dish may stand in several lines, each with its note. */
type OrderLine = { id: string; product: string; name: string; quantity: number; note: string };
/** An order that is being written; `key` is empty until the order is sent. */
type FormDraft = {
  id: string; table: string; customer: string; away: boolean; lines: OrderLine[]; key: string; at?: number;
  tab?: string;
};
type FormDraftsParts = { onTaken: (draft: FormDraft, isAware: boolean) => void; onTrouble?: () => void };
/** What the menu's rows read and change of the order that is being written. */
type OrderLines = {
  linesOf: (product: string) => OrderLine[];
  add: (product: Product) => OrderLine | undefined;
  change: (id: string, changes: Partial<OrderLine>) => void;
};
type ProductGroup = { name: string; place: number; products: Product[] };
/** An order or a proof on its way to the server. An order has `lines`; a proof has the fields after them. */
type Draft = {
  key: string; kind: "order" | "proof"; waiter: string; table: number | null; total: number | null;
  savedAt: number; askedAt: number; askedHere?: number; attempt: number;
  error: string; code?: string; errors: Record<string, string[]>; stopped: boolean; discarded: boolean;
  lines?: Omit<OrderLine, "id">[];
  customer?: string | null; orderId?: string; orderIds?: string[]; items?: string[]; replaces?: string | null;
  method?: string; reference?: string; amount?: string; tip?: string; tendered?: string; takenAt?: string | null;
  bytes?: ArrayBuffer | null; type?: string; name?: string; known?: string[] | null;
};
/** How a kind of draft is logged, packed for the server, and known by its answer. */
type Parcel = {
  sending: string; sent: string; describe: (draft: Draft) => string;
  pack: (draft: Draft) => { path: string; type?: string; body: string | FormData };
  isAnswer: (order: Order | null, draft: Draft) => boolean;
};
type OutboxParts = {
  username: string; onChange: () => void; onSent: (order: OrderAfterChange, draft: Draft) => void;
  onGone?: (draft: Draft) => void; onRefused?: () => void;
};
type IsMine = (order: Order) => boolean;
/** What the lists of the waiter's page ask and tell the page. */
type Waiting = {
  me: string; isMine: IsMine; isCalled: IsMine; learn: OnAnswer; methodName: NameOf; methods: Method[];
  charge: (order: Order, retries?: Payment | null) => void; addRound: (order: Order) => void;
  correct: (orders: Order[]) => void; orders: () => Iterable<Order>;
  whose: ReturnType<typeof import("../static/js/mesero/whose.js").createWhose>;
};
type OrderCard = Card<Order> & { showTimes: () => void };
type OrderListParts = {
  statuses: Order["status"][]; rank: (order: Order) => number; counts?: IsMine;
  createCard: (order: Order, house: Waiting) => OrderCard;
  words: { list: string; choice: string; noneMine: string; none: string };
};
type StepOf = (order: Order, button: HTMLButtonElement | null, learn: OnAnswer) => Promise<void>;
type ReadyParts = { seconds: number; isMine: IsMine; orders: () => Order[]; onCall: (orders: Order[]) => void };
type SheetParts = {
  outbox: Pick<Outbox, "add" | "ofOrders" | "isSending" | "progress" | "sendNow" | "discard" | "username" | "isStale">;
  settings: Settings; orders: () => Iterable<Order>; username: string; learn: OnAnswer; onClose: () => void;
  payData?: ((order: () => Order) => PayData) | null; retries?: Payment | null; isTill?: boolean;
  truth?: () => Promise<void>; isBack?: boolean;
};
/** What the form asks of the house's accounts; they are as new as can be once `loaded` resolves. */
type PayData = {
  loaded: Promise<void>; has: (method: string) => boolean; show: (asked: { method: string; amount: number }) => void;
};
/**
 * What was chosen of a bill. `sent` counts the people who have paid; what was due is `shared` since so many had paid;
 * `without` are orders that are left out.
 */
type PartState = {
  way: "todo" | "varios" | "monto" | "platillos"; people: number; sent: number; amount: string;
  shared: { total: number; due: number; sent: number } | null;
  items: Record<string, number>; without: string[];
};
/** What a form charges; amounts as the server reads them. */
type Charge = Pick<Draft, "method" | "reference" | "amount" | "tip" | "tendered" | "items" | "takenAt"> & {
  key: string; file: File | null; orderIds: string[]; replaces: string | null; corrects: string | null;
};
type ChargeMemory = {
  read: () => any; write: (state: object | null) => void;
  readPhoto: (id: string | undefined) => Promise<{ file: File; takenAt: string | null; isWhole: boolean } | null>;
  writePhoto: (file: File | null, about?: { id?: string; takenAt?: string | null; isWhole?: boolean }) => Promise<void>;
};
type ChargeFormParts = {
  settings: Settings; send: (charge: Charge, isAgain: boolean) => Promise<void>; learn: OnAnswer;
  memory: ChargeMemory; usual?: string | null; onPayData?: PayData | null;
  isTill?: boolean;
};
type DraftActs = {
  outbox: SheetParts["outbox"]; correct: (draft: Draft) => void; discard: (draft: Draft) => void;
};
type OutcomeParts = { isGoing: boolean; rejected: Payment[]; anchor: Order };

// The other pages

/** A product at its place in the menu. */
type MenuEntry = Product & { place: number };

type Employee = Member & { sessions: Session[] };
type SectionContext = Begun & {
  listen: <Type extends keyof Events>(type: Type, handler: (content: Events[Type]) => void) => void;
  onReset: (handler: () => void) => void;
};
