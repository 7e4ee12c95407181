package latchkey

// Contract is what differs between the contracts that a deployment may publish. A deployment that has moved its routes has one
// of its own.
type Contract struct {
	// APIKeyVariable is the environment variable that has the API key, besides LATCHKEY_API_KEY.
	APIKeyVariable string
	// APIKeyHeader is the header of an API key; "" for Authorization, as a bearer credential.
	APIKeyHeader string
	// Paths says where the rows of the default contract are ("METHOD /path" -> path), if elsewhere; "" for no such row.
	Paths map[string]string
}

// The contracts of the published profiles.
var (
	Default     = Contract{APIKeyVariable: "LATCHKEY_API_KEY", Paths: pathsOf["default"]}
	Memgraph    = Contract{APIKeyVariable: "MEMGRAPH_API_KEY", APIKeyHeader: "X-API-KEY", Paths: pathsOf["memgraph"]}
	MemoryAPI   = Contract{APIKeyVariable: "MEMORY_API_KEY", Paths: pathsOf["memory-api"]}
	MemoryRelay = Contract{APIKeyVariable: "MEMORYRELAY_API_KEY", Paths: pathsOf["memoryrelay"]}
	NAMS        = Contract{APIKeyVariable: "MEMORY_API_KEY", Paths: pathsOf["nams"]}
	Neuroloom   = Contract{APIKeyVariable: "NEUROLOOM_API_KEY", Paths: pathsOf["neuroloom"]}
)
