/** PDUs as pure functions between bytes and values, and the state machine of PS3.8 Table 9-10 that drives the socket. */
@NullMarked
package org.sallyport.dicom.net.internal;

import org.jspecify.annotations.NullMarked;
