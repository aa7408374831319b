/** What a back-office system asks for in JSON (HMS-01, HMS-02); a field is missing when it is absent or of another kind. */
export interface CreateGroupQuery {
  readonly app_key: string;
  readonly req_user_id: number;
  readonly group_name: string;
  /** 1 normal, 2 temporary. */
  readonly group_type: number;
  readonly group_avatar: string;
  readonly user_id_list: readonly number[];
}

export interface ChangeMembersQuery {
  readonly app_key: string;
  readonly req_user_id: number;
  readonly group_id: number;
  /** 1 add, 2 remove. */
  readonly modify_type: number;
  readonly user_id_list: readonly number[];
}

type Kind = "text" | "id" | "ids";
type Shape<Query> = Readonly<Record<keyof Query, Kind>>;

export const createGroupShape: Shape<CreateGroupQuery> = {
  app_key: "text",
  req_user_id: "id",
  group_name: "text",
  group_type: "id",
  group_avatar: "text",
  user_id_list: "ids",
};

export const changeMembersShape: Shape<ChangeMembersQuery> = {
  app_key: "text",
  req_user_id: "id",
  group_id: "id",
  modify_type: "id",
  user_id_list: "ids",
};

/** The query, or the name of the first field that is missing. */
export function queryIn<Query>(json: unknown, shape: Shape<Query>): Query | string {
  const fields = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  const wrong = Object.entries<Kind>(shape).find(([name, kind]) => !isA(kind, fields[name]));
  return wrong === undefined ? (fields as Query) : wrong[0];
}

function isA(kind: Kind, value: unknown): boolean {
  if (kind === "text") return typeof value === "string";
  if (kind === "ids") return Array.isArray(value) && value.every(isId);
  return isId(value);
}

function isId(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}
