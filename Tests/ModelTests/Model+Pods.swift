/// What a runtime asks for.
extension Model {
    /// ADD.
    mutating func add(_ holder: Attachment, sandbox: Int, _ wish: Wish, at now: Int) -> Answer {
        if book.boot.isEmpty { return .error(Refusal.wrong.code) }
        if book.boot != boot { reclaim(at: now) }
        var held = book.addresses(of: holder)
        if held.isEmpty {
            let before = book
            do throws(Refusal) { held = try lease(holder, wish, at: now) } catch {
                book = before
                return .error(error.code)
            }
            commit()
            do throws(Refusal) { held = try avoidUsurped(held, holder, wish, at: now) } catch {
                giveUp(holder, before, at: now)
                return .error(error.code)
            }
        } else if links.contains(holder) {
            return .error(102)
        } else {
            // It comes again, to a sandbox that may be another.
            for address in held { book.leases[address] = Book.Lease(holder: holder, boot: boot) }
            commit()
        }
        links.insert(holder)
        sandboxes[holder] = sandbox
        announce(held)
        return .addresses(held)
    }

    /// The first ADD after a start frees what was leased before, and has no link.
    private mutating func reclaim(at now: Int) {
        for (address, lease) in book.leases where lease.boot != boot && !links.contains(lease.holder) {
            free(address, at: now)
        }
        book.boot = boot
        commit()
    }

    private mutating func lease(_ holder: Attachment, _ wish: Wish, at now: Int) throws(Refusal) -> [IP] {
        var addresses: [IP] = []
        for isIPv6 in wish.families {
            let address = try choose(isIPv6: isIPv6, wish, at: now)
            book.leases[address] = Book.Lease(holder: holder, boot: boot)
            addresses.append(address)
        }
        return addresses
    }

    /// An address whose route another device has is set aside for the next, unless it is the only one or was asked for.
    private mutating func avoidUsurped(
        _ addresses: [IP], _ holder: Attachment, _ wish: Wish, at now: Int
    ) throws(Refusal) -> [IP] {
        var addresses = addresses
        // The last is looked at first.
        for index in addresses.indices.reversed() {
            while usurped.contains(addresses[index]) {
                // Where the address's route cannot be put, its block's has been.
                announce(addresses)
                let old = addresses[index]
                if wish.addresses.contains(old) { throw .kernel }
                let before = book
                do throws(Refusal) {
                    free(old, at: now, isSetAside: true)
                    addresses[index] = try choose(isIPv6: old.isIPv6, wish, at: now)
                } catch {
                    book = before
                    throw error
                }
                book.leases[addresses[index]] = Book.Lease(holder: holder, boot: boot)
                commit()
                if addresses[index] == old { throw .kernel }
            }
        }
        return addresses
    }

    /// An ADD that the kernel's packet filter fails, once it has leased.
    mutating func addInVain(_ holder: Attachment, _ wish: Wish, at now: Int) -> Answer {
        if book.boot != boot { reclaim(at: now) }
        let before = book
        do throws(Refusal) { _ = try lease(holder, wish, at: now) } catch { return .error(error.code) }
        commit()
        giveUp(holder, before, at: now)
        return .error(104)
    }

    /// What a failed ADD has leased goes back, and blocks that were claimed for it.
    private mutating func giveUp(_ holder: Attachment, _ before: Book, at now: Int) {
        for address in book.addresses(of: holder) { free(address, at: now) }
        for block in book.blocks where !before.blocks.contains(block) { giveBack(block) }
        commit()
    }

    private mutating func announce(_ addresses: [IP]) {
        announced.formUnion(addresses.compactMap { book.block(of: $0)?.cidr })
    }

    /// DEL: also under another network's name, for configurations change.
    mutating func delete(_ named: Attachment, at now: Int) -> Answer {
        let own = book.holders.contains(named)
        let holder = own ? named : book.holders.first { $0.container == named.container } ?? named
        let held = book.addresses(of: holder)
        announce(held)
        for address in held { free(address, at: now) }
        if !held.isEmpty { commit() }
        links.remove(holder)
        if let sandbox = sandboxes.removeValue(forKey: holder) { former[holder] = sandbox }
        return .done
    }

    /// CHECK with the result of the container's ADD.
    func check(_ holder: Attachment) -> Answer {
        guard let sandbox = sandboxes[holder] ?? former[holder] else { return .error(4) }
        if links.contains(holder) { return .done }
        let hasInterface = links.contains { sandboxes[$0] == sandbox }
        return .error(book.holders.contains(holder) || hasInterface ? 103 : 3)
    }

    /// GC: of this network what is not named goes, and of the node's blocks those that nobody needs.
    mutating func collect(_ network: String, keeping kept: Set<String>, at now: Int) -> Answer {
        let garbage = book.holders.filter { $0.network == network && !kept.contains($0.container) }
        for address in garbage.flatMap({ book.addresses(of: $0) }) { free(address, at: now) }
        if !garbage.isEmpty { commit() }
        for holder in garbage {
            if let sandbox = sandboxes.removeValue(forKey: holder) { former[holder] = sandbox }
        }
        links.subtract(links.filter { $0.network == network && !kept.contains($0.container) })
        for block in emptyBlocks(at: now) {
            giveBack(block)
            commit()
        }
        announced = Set(book.blocks.map(\.cidr))
        if book.pools.contains(where: \.isDraining) {
            removeDrainedPools()
            commit()
        }
        return .done
    }
}
