#pragma once
#include <microhttpd.h>

/* MHD_get_connection_info is variadic. NULL where the address is not known. */
static inline const struct sockaddr *plumbline_client_address(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : (const struct sockaddr *)0;
}
