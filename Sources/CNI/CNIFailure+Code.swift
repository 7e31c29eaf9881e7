extension CNIFailure {
    /// The number of an error object: 1 to 99 are the specification's, from 100 up the plugin's own.
    ///
    /// A delegated plugin's number is passed on as it is, so that any number is possible.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// The number.
        package let rawValue: Int

        /// Makes a code from its number.
        package init(rawValue: Int) { self.rawValue = rawValue }
    }
}

extension CNIFailure.Code {
    /// 1: the configuration's version is not spoken, or lacks the operation.
    package static let incompatibleVersion = Self(rawValue: 1)
    /// 2: the configuration asks for what is not done here; the message holds key and value.
    package static let unsupportedField = Self(rawValue: 2)
    /// 3: the container is unknown and nothing is left of it (CHECK); the runtime need not call DEL.
    package static let unknownContainer = Self(rawValue: 3)
    /// 4: an environment variable is missing or malformed; the message names it.
    package static let invalidEnvironment = Self(rawValue: 4)
    /// 5: a file could not be read or written.
    package static let io = Self(rawValue: 5)
    /// 6: the configuration, its version or prevResult cannot be decoded.
    package static let undecodable = Self(rawValue: 6)
    /// 7: the configuration is well-formed and wrong.
    package static let invalidConfiguration = Self(rawValue: 7)
    /// 11: the same call may succeed a little later.
    package static let tryAgainLater = Self(rawValue: 11)
    /// 50: the plugin cannot serve ADD (STATUS).
    package static let notAvailable = Self(rawValue: 50)
    /// 51: the plugin cannot serve ADD, and running containers may have lost connectivity (STATUS).
    package static let limitedConnectivity = Self(rawValue: 51)

    /// 100: the ledger cannot be opened, read or written.
    package static let ledger = Self(rawValue: 100)
    /// 101: the kernel refused a change of links, addresses, routes or sysctls.
    package static let kernel = Self(rawValue: 101)
    /// 102: CNI_IFNAME is already in use in the container.
    package static let interfaceInUse = Self(rawValue: 102)
    /// 103: CHECK found something missing or different.
    package static let checkFailed = Self(rawValue: 103)
    /// 104: the nftables table for natOutgoing cannot be read or made.
    package static let masquerade = Self(rawValue: 104)
    /// 105: a delegated plugin could not be run, or failed without an error object, or gave an unreadable result.
    package static let delegate = Self(rawValue: 105)
    /// 106: the result could not be written to stdout; what ADD did was undone.
    package static let result = Self(rawValue: 106)
    /// 107: no address is left, and waiting does not help.
    package static let nothingAvailable = Self(rawValue: 107)
    /// 108: ADD failed, and its link could not be removed either; both stay until DEL.
    package static let unremovable = Self(rawValue: 108)
}
