import type { Item } from './items.ts';
import type { InAttribute, Stored } from './stored.ts';
import type { Condition, Update } from './update.ts';

/**
 * Records that say their fields once. An entity declares for each field where it is stored and how, whether a change may
 * write it, and what the API and the audit trail call it; stores, views, exports and trails are folds over that.
 * CONTRIBUTING, "Add a field".
 */

/** How a field is published: as it is under one name, or under several, each made by a function. */
type Published<Value, Context> =
  | string
  | Readonly<Record<string, (value: Value, context: Context) => unknown>>;

/** The declaration of one field. `On` names the items that the entity stands on, `Context` is what views need besides. */
export type Field<Value, On extends string, Context> = {
  /** The item that is read. */
  readonly on: On;
  /** Another item that has it too, for those who read only that one. */
  readonly alsoOn?: On;
  readonly stored: Stored<Value>;
  /** The initial value. @default - given when the entity is made */
  readonly initial?: Value;
  /** In the API's answers, and so in exports, whose lines are the same views. @default - not shown */
  readonly view?: Published<Value, Context>;
  /** In the audit trail. @default - not told. Never a secret, nor the hash of one */
  readonly audit?: Published<Value, undefined>;
  /** The trail tells it only of changes of it, not of how the entity was made or removed. */
  readonly auditChangesOnly?: true;
} & Patching<Value>;

/** Whether changes write a field. One that is only read off others cannot be written, and so not patched. */
type Patching<Value> =
  /** It never changes, or by writes of its own. */
  | { readonly patch?: never }
  /** Changes write it, and what they write is worked out. */
  | { readonly patch: 'by rule'; readonly stored: InAttribute<Value> }
  /** Requests name it as the view does, and it is taken as they say: of a new entity and of a change. */
  | { readonly patch: true; readonly stored: InAttribute<Value>; readonly view: object | string };

type FieldsOf<Entity, On extends string, Context> = {
  readonly [Name in keyof Entity]-?: Field<Entity[Name], On, Context>;
};

/** One object type of a union of them. */
type Merged<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? { readonly [Name in keyof All]: All[Name] }
  : never;

type PublishedAs<Value, Names> = Names extends string
  ? { readonly [Name in Names]: Value }
  : {
      readonly [Name in keyof Names]: Names[Name] extends (...given: never[]) => infer Shown ? Shown : never;
    };

/** The result of the fold. */
type View<Entity, Fields> = Merged<
  {
    [Name in keyof Entity & keyof Fields]: Fields[Name] extends { readonly view: infer Names }
      ? PublishedAs<Entity[Name], Names>
      : never;
  }[keyof Entity & keyof Fields]
>;

/** The fields whose declaration has this part. */
type NamesWith<Fields, Part> = {
  [Name in keyof Fields]: Fields[Name] extends Part ? Name : never;
}[keyof Fields];

type ShownName<Fields> = NamesWith<Fields, { readonly view: unknown }>;
type PatchName<Fields> = NamesWith<Fields, { readonly patch: unknown }>;
type AskedName<Fields> = NamesWith<Fields, { readonly patch: true }>;
type InitialName<Fields> = NamesWith<Fields, { readonly initial: unknown }>;

/** The name of a field in requests: as in the view. */
type RequestName<Fields, Name extends keyof Fields> = Fields[Name] extends { readonly view: infer Names }
  ? Names extends string
    ? Names
    : keyof Names
  : never;

type Asked<Entity, Fields> = {
  readonly [Name in AskedName<Fields> & keyof Entity]?: Entity[Name];
};

/** A body's part that is taken as it is, by the names of requests. */
type AskedBody<Entity, Fields> = {
  readonly [Name in AskedName<Fields> & keyof Entity as RequestName<Fields, Name & keyof Fields> & string]?:
    | Entity[Name]
    | undefined;
};

/** The fields that a body of this type certainly has. */
type AskedSurely<Entity, Fields, Body> = {
  readonly [Name in AskedName<Fields> & keyof Entity as RequestName<
    Fields,
    Name & keyof Fields
  > extends infer Wire extends keyof Body
    ? undefined extends Body[Wire]
      ? never
      : Name
    : never]: Entity[Name];
};

type IsSame<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

/** The names of the properties in which two types differ. */
type Difference<One, Other> = {
  [Name in keyof One | keyof Other]: Name extends keyof One & keyof Other
    ? IsSame<One[Name], Other[Name]> extends true
      ? never
      : Name
    : Name;
}[keyof One | keyof Other];

/** Anything, if nothing differs; else what nobody has, so that the compiler names it. */
type Agreement<Names> = [Names] extends [never] ? unknown : { readonly 'differs in': Names };

/** A change of an entity: the fields that may be written. */
export type ChangeOf<Definition> =
  Definition extends RecordDefinition<infer Entity, infer _On, infer _Context, infer Fields>
    ? { readonly [Name in PatchName<Fields> & keyof Entity]?: Entity[Name] }
    : never;

/** Fields of requests for an entity, taken as they are. */
export type AskedOf<Definition> =
  Definition extends RecordDefinition<infer Entity, infer _On, infer _Context, infer Fields>
    ? Asked<Entity, Fields>
    : never;

/** An entity before it begins: what has an initial value may be absent. */
export type NewOf<Definition> =
  Definition extends RecordDefinition<infer Entity, infer _On, infer _Context, infer Fields>
    ? Omit<Entity, InitialName<Fields>> & Partial<Pick<Entity, InitialName<Fields> & keyof Entity>>
    : never;

/** Declares an entity: `defineRecord<Entity, 'item' | 'other', Context>()({ … })`. A field that it lacks does not compile. */
export function defineRecord<Entity, On extends string, Context = undefined>() {
  return <const Fields extends FieldsOf<Entity, On, Context>>(
    fields: Fields & Readonly<Record<Exclude<keyof Fields, keyof Entity>, never>>,
  ) => new RecordDefinition<Entity, On, Context, Fields>(fields);
}

/** The declared fields of an entity, and the folds over them. */
export class RecordDefinition<Entity, On extends string, Context, Fields> {
  readonly #fields: readonly (readonly [keyof Entity & string, Field<unknown, On, Context>])[];

  constructor(fields: Fields) {
    this.#fields = Object.entries(fields as object) as never;
  }

  /** With what an entity begins, where nothing else is said. */
  get initial(): Pick<Entity, InitialName<Fields> & keyof Entity> {
    return this.#collect(([name, field]) => ('initial' in field ? { [name]: field.initial } : {}));
  }

  /** The stored form of the fields, by item, without its key. */
  item(on: On, entity: Entity): Item {
    return this.#collect(([name, { stored, ...field }]) => {
      if ((field.on !== on && field.alsoOn !== on) || !('attribute' in stored)) return {};
      const value = stored.write(entity[name]);
      return value === undefined ? {} : { [stored.attribute]: value };
    });
  }

  /** The entity of its items. Throws where they are not of the shape that we write. */
  read(items: Readonly<Record<On, Item>>): Entity {
    return this.#collect(([name, { on, stored }]) => ({ [name]: stored.read(items[on]) }));
  }

  /** The part of a change that is written to one of the items. */
  update(on: On, change: ChangeOf<this>): Update {
    const set: string[] = [];
    const remove: string[] = [];
    const names: Record<string, string> = {};
    const values: Record<string, Item[string]> = {};
    for (const [name, { stored, ...field }] of this.#patched(change)) {
      if ((field.on !== on && field.alsoOn !== on) || !('attribute' in stored)) continue;
      const { attribute } = stored;
      const value = stored.write(change[name as keyof typeof change]);
      names[`#${attribute}`] = attribute;
      if (value === undefined) remove.push(`#${attribute}`);
      else {
        set.push(`#${attribute} = :${attribute}`);
        values[`:${attribute}`] = value;
      }
    }
    return { set, remove, names, values };
  }

  /** The entity after a change: with what {@link update} writes of it, and nothing else. */
  changed<Before extends Entity>(before: Before, change: ChangeOf<this>): Before {
    const written = this.#patched(change).map(([name]) => [name, change[name as keyof typeof change]]);
    return { ...before, ...Object.fromEntries(written) };
  }

  /** The fields of a body, by the entity's names. A body's field that no declaration takes does not compile. */
  asked<Body extends AskedBody<Entity, Fields>>(
    body: Body & Agreement<Exclude<keyof Body, keyof AskedBody<Entity, Fields>>>,
  ): Asked<Entity, Fields> & AskedSurely<Entity, Fields, Body> {
    return this.#collect(([name, { patch, view = {} }]) => {
      if (patch !== true) return {};
      const [wire = ''] = typeof view === 'string' ? [view] : Object.keys(view);
      const value = (body as Readonly<Record<string, unknown>>)[wire];
      return value === undefined ? {} : { [name]: value };
    });
  }

  /** The view, as a function of an entity and its context. Where it differs from the schema's type, it does not compile. */
  viewAs<Schema>(
    this: this & Agreement<Difference<Schema, View<Entity, Fields>>>,
  ): (entity: Pick<Entity, ShownName<Fields> & keyof Entity>, context: Context) => Schema {
    return (entity, context) =>
      this.#collect(([name, { view }]) =>
        published(view, (entity as Readonly<Record<string, unknown>>)[name], context),
      );
  }

  /** The named fields of a state, as the trail has them. */
  audited(state: Partial<Entity>, names: readonly (keyof Entity)[]): Readonly<Record<string, unknown>> {
    return this.#collect(([name, { audit }]) =>
      names.includes(name) ? published(audit, state[name], undefined) : {},
    );
  }

  /** The state of an item as the trail tells it. */
  auditedItem(on: On, item: Item): Readonly<Record<string, unknown>> {
    return this.#collect(([, { stored, audit, ...field }]) =>
      field.on === on && audit !== undefined ? published(audit, stored.read(item), undefined) : {},
    );
  }

  /** The fields that the trail tells of an entity that is made or removed. */
  get lasting(): readonly (keyof Entity)[] {
    return this.#fields.flatMap(([name, { auditChangesOnly = false }]) => (auditChangesOnly ? [] : [name]));
  }

  /** The condition that an item still says what was read of these fields. */
  asRead(on: On, entity: Entity, which: readonly (keyof Entity)[]): Condition {
    const clauses: string[] = [];
    const names: Record<string, string> = {};
    const values: Record<string, Item[string]> = {};
    for (const [name, field] of this.#fields) {
      const { stored } = field;
      if (!which.includes(name) || field.on !== on || !('attribute' in stored)) continue;
      const { attribute } = stored;
      const value = stored.write(entity[name]);
      names[`#${attribute}`] = attribute;
      clauses.push(
        value === undefined ? `attribute_not_exists(#${attribute})` : `#${attribute} = :read_${attribute}`,
      );
      if (value !== undefined) values[`:read_${attribute}`] = value;
    }
    return { condition: clauses.join(' AND '), names, values };
  }

  /** The fields that a change of an item writes; all that one may write without a change. */
  patched(on: On, change?: ChangeOf<this>): readonly (keyof Entity)[] {
    const fields = change === undefined ? this.#fields : this.#patched(change);
    return fields.flatMap(([name, field]) => (field.patch !== undefined && field.on === on ? [name] : []));
  }

  #patched(change: object) {
    return this.#fields.filter(
      ([name, { patch }]) =>
        patch !== undefined && (change as Readonly<Record<string, unknown>>)[name] !== undefined,
    );
  }

  /** One object of what each field gives. Its type is what the declaration's types say: the folds above are its only users. */
  #collect<Result>(
    give: (field: readonly [keyof Entity & string, Field<unknown, On, Context>]) => object,
  ): Result {
    return Object.assign({}, ...this.#fields.map(give)) as Result;
  }
}

function published<Context>(
  names: Published<unknown, Context> | undefined,
  value: unknown,
  context: Context,
): object {
  if (names === undefined) return {};
  if (typeof names === 'string') return { [names]: value };
  return Object.fromEntries(Object.entries(names).map(([name, show]) => [name, show(value, context)]));
}
