/** The gateway's shell commands, and what the first start sets up for people. */
@NullMarked
package org.sallyport.admin.shell.internal;

import org.jspecify.annotations.NullMarked;
