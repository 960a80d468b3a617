#include "tally/create_storage.hpp"
#include "tally/tally_store.hpp"

namespace tally {

TallyStore TallyStore::open(const ConfigSource& source) { return open(loadConfig(source)); }

TallyStore TallyStore::open(const Config& config) { return TallyStore(createStorage(config)); }

}  // namespace tally
