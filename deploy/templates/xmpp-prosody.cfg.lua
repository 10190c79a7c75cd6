-- mimi-gateway at Prosody. The secret is one: only Prosody may read this file.

component_ports = { 5347 }
component_interfaces = { "127.0.0.1" }
-- Sends at once instead of waiting for acknowledgements, up to 40 ms for each message.
network_settings = { nagle = false }
-- The longest message that the gateway may send, in bytes with its markup. With less than this, which is Prosody's
-- default, a long message would end the connection.
component_stanza_size_limit = 1024 * 512

Component "mimi.example.org"
    component_secret = "change-me"

-- The rooms' service needs an archive: below its own line, Component "..." "muc", it wants
--     modules_enabled = { "muc_mam" }
--     muc_log_expires_after = "4w"
-- What is older than that the gateway cannot read any more after it was away.
